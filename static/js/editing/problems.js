/* What is wrong with the text, from the server's own checker: in the editor's gutter, and as a list below it. */
import { Refusal } from "../requests.js";
import { debounce, send } from "./requests.js";

const CHECK_AFTER_MS = 600;

export class Problems {
  constructor(address, { form, text, list }) {
    Object.assign(this, { address: `${address}problems.json`, form, text, list, asked: null });
    this.plan = debounce(() => this.look(), CHECK_AFTER_MS);
  }

  /** Checks the text as it is now; an answer that another text has overtaken is dropped. */
  async look() {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const { problems } = await send(this.form, this.address, { signal: asked.signal });
      if (this.asked === asked) this.show(problems);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof Refusal)) throw error;
    }
  }

  show(problems) {
    this.text.mark(problems);
    const lines = problems.map(tell);
    if (this.shown === String(lines.map((line) => line.textContent))) return;
    this.shown = String(lines.map((line) => line.textContent));
    const heading = document.createElement("h2");
    heading.textContent = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const items = document.createElement("ul");
    items.append(...lines);
    this.list.replaceChildren(heading, items);
    this.list.toggleAttribute("data-mild", problems.every(({ severity }) => severity !== "error"));
    this.list.hidden = !problems.length;
  }
}

function tell({ line, message }) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: `Line ${line}` });
  button.dataset.line = line;
  item.append(button, `: ${message}`);
  return item;
}
