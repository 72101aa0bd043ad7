/* The crosshair for the keyboard: a slider over the steps whose value is read out as the values at that step. */
const MOVES = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 };
const STEPS = 200; // presses of an arrow key that cross the picture, at most

export class Reader {
  /** `onStep(step or null)` moves the crosshair; `onZoom(factor)` and `onWhole()` zoom. `steps()` gives those in the picture. */
  constructor(element, calls) {
    Object.assign(this, { element, ...calls, step: null });
    element.addEventListener("focus", () => this.come());
    element.addEventListener("blur", () => this.onStep(null));
    element.addEventListener("keydown", (event) => this.press(event));
  }

  come() {
    this.go(this.step ?? this.steps().at(-1));
  }

  clear() {
    this.step = null;
  }

  /** Says where the crosshair is, and what is there. */
  tell({ from, to }, step, words) {
    const { element } = this;
    [element.ariaValueMin, element.ariaValueMax, element.ariaValueNow] = [from, to, step ?? to].map(String);
    element.ariaValueText = words;
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const steps = this.steps();
    if (MOVES[event.key]) this.move(steps, MOVES[event.key] * (event.shiftKey ? 10 : 1));
    else if (event.key === "Home") this.go(steps[0]);
    else if (event.key === "End") this.go(steps.at(-1));
    else if (event.key === "+" || event.key === "=") this.onZoom(0.5);
    else if (event.key === "-") this.onZoom(2);
    else if (event.key === "0") this.onWhole();
    else return;
    event.preventDefault();
  }

  move(steps, presses) {
    const stride = Math.max(1, Math.round(steps.length / STEPS));
    const at = steps.findLastIndex((step) => step <= this.step);
    this.go(steps[Math.max(0, Math.min(steps.length - 1, at + presses * stride))]);
  }

  go(step) {
    if (step === undefined) return;
    this.step = step;
    this.onStep(step);
  }
}
