/* What the engine recognised in a run's curve, with its evidence, and where the chapter explains it. */
import { formatNumber } from "../numbers.js";
import { make } from "../predict/making.js";

const TITLES = {
  nan: "The numbers broke down",
  diverging: "The loss grows",
  not_learning: "It is not learning",
  overfitting: "It learns its examples by heart",
};

export class Diagnosis {
  /** `element` is an empty section that is read out when it changes, hidden while nothing was recognised. */
  constructor(element) {
    this.element = element;
    this.project = {};
  }

  /** Forgets what was recognised. What comes is explained in the chapter of `project`: `mistakes` are ids of its text by
      code, `chapter` its address where it is not the page itself. */
  clear(project = {}) {
    this.project = project;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Takes a diagnosis event. */
  add({ code, message, metric, evidence }) {
    const [seen, advice] = split(message);
    const parts = [make("h3", { textContent: TITLES[code] ?? "Look at this" }), make("p", { textContent: seen }), tellEvidence(metric, evidence)];
    this.element.append(make("article", {}, [...parts, tellAdvice(advice), this.makeLink(code)].filter(Boolean)));
    this.element.hidden = false;
  }

  makeLink(code) {
    const href = this.findLink(code);
    return href && make("p", {}, [make("a", { href, textContent: "Read about it under Common mistakes" })]);
  }

  findLink(code) {
    const { chapter = "", mistakes = {} } = this.project;
    const id = mistakes[code] ?? "common-mistakes";
    return chapter || document.getElementById(id) ? `${chapter}#${id}` : null;
  }
}

/** The first sentence, which says what was seen, and the rest, which says why and what to try. */
function split(message) {
  const end = message.search(/(?<=[.!?])\s+(?=\p{Lu})/u);
  return end < 0 ? [message, ""] : [message.slice(0, end), message.slice(end).trim()];
}

function tellAdvice(advice) {
  return advice && make("details", {}, [make("summary", { textContent: "Why, and what to try" }), make("p", { textContent: advice })]);
}

/** Up to four points of the curve that show it, from the first to the last. */
function tellEvidence(metric, evidence) {
  if (!evidence.length) return null;
  const count = Math.min(4, evidence.length);
  const chosen = Array.from({ length: count }, (_, place) => evidence[Math.round((place * (evidence.length - 1)) / Math.max(1, count - 1))]);
  const points = chosen.map(([step, value]) => `${formatNumber(value)} at step ${step.toLocaleString("en")}`);
  return make("p", { className: "evidence", textContent: `Evidence: ${metric} ${points.join(" → ")}.` });
}
