/* The project's question before its first run. It is asked in place, next to Run, and the run starts with the answer; what
   becomes of the prediction is the server's to say when the run ends. */
import { makeChoice } from "./choice.js";
import { makeNumber } from "./number.js";
import { make } from "./making.js";

const FIELDS = { choice: makeChoice, number: makeNumber, curve: loadSketch };

export class Prediction {
  /** `element` is an empty section, hidden while nothing is asked. */
  constructor(element) {
    this.element = element;
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /** What the start of a run of `project` carries as `prediction`: undefined when there is nothing to ask, null when the
      question was left, or is open already: then nothing is to be started. */
  async ask(project) {
    if (!project.question || project.predicted || !FIELDS[project.question.kind]) return undefined;
    if (project.given) return project.given;
    if (this.fields) {
      this.focus();
      return null;
    }
    const made = FIELDS[project.question.kind](project.question);
    this.fields = made;
    if (made instanceof Promise) this.fields = await made; // others are asked within the click
    if (!this.fields) return undefined; // it cannot be fetched, and a run matters more
    const given = await new Promise((resolve) => this.open(project.question, resolve));
    if (given) project.given = given; // a start that was refused is tried again without asking again
    return given;
  }

  open(question, resolve) {
    this.answer = resolve;
    this.error = make("p", { className: "error", id: "prediction-error", role: "alert" });
    const form = make("form", { className: "prediction-form", noValidate: true }, [
      make("h3", { textContent: "First predict, then run" }),
      ...this.fields.parts,
      this.error,
      make("div", { className: "button-row" }, [
        make("button", { className: "button", textContent: "Predict and run" }),
        make("button", { type: "button", className: "button button--quiet", textContent: "Skip and run", onclick: () => this.settle({ skipped: true }) }),
      ]),
      make("p", { className: "hint", textContent: "A guess is enough: nobody grades it. It is asked once, and shown beside what came." }),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(question);
    });
    this.element.replaceChildren(form);
    this.element.hidden = false;
    this.element.scrollIntoView({ block: "nearest" });
    this.focus();
  }

  submit(question) {
    const { said, problem } = this.fields.read();
    this.error.textContent = problem ?? "";
    if (problem) this.focus();
    else this.settle({ ask: question.ask, said });
  }

  /** Leaves the question unanswered, for the next press of Run. */
  close() {
    if (this.answer) this.settle(null);
  }

  settle(given) {
    const { answer } = this;
    this.answer = this.fields = null;
    this.element.hidden = true;
    this.element.replaceChildren();
    answer(given);
  }

  focus() {
    this.fields.focus?.();
  }
}

/** What a hand needs to sketch is fetched only where somebody sketches. */
function loadSketch(question) {
  return import("./sketch.js").then(({ makeSketch }) => makeSketch(question), () => null);
}
