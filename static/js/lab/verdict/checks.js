/* The project's checks: what will be asked of the code, and after a run that ended well what came of it. */
import { make } from "../predict/making.js";

export class Checks {
  /** `element` is an empty section, hidden where there are none. */
  constructor(element) {
    this.element = element;
  }

  /** Names of checks that a run is still to meet. */
  list(names = []) {
    this.show("Checked after every run that succeeds", names.map((name) => ({ name, mark: "○", state: "open" })));
  }

  /** Takes a verdict event. */
  grade({ checks }) {
    const passed = checks.filter(({ passed: good }) => good).length;
    const title = passed === checks.length ? "All checks passed" : `${passed} of ${checks.length} checks passed`;
    this.show(title, checks.map(({ name, passed: good, message }) => ({ name, mark: good ? "✓" : "✕", state: good ? "passed" : "missed", message: good ? "" : message })));
  }

  show(title, checks) {
    this.element.hidden = !checks.length;
    this.element.replaceChildren(make("h3", { textContent: title }), make("ul", {}, checks.map(showCheck)));
  }
}

const WORDS = { open: "", passed: "Passed: ", missed: "Not passed: " };

function showCheck({ name, mark, state, message }) {
  const words = [make("span", { className: "visually-hidden", textContent: WORDS[state] }), name];
  const parts = [make("span", { className: "mark", textContent: mark, "aria-hidden": "true" }), make("span", {}, words)];
  return make("li", { className: state }, message ? [...parts, make("p", { textContent: message })] : parts);
}
