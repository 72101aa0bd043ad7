/* A curve to be sketched: drawn with a finger or a mouse, moved point by point with the arrow keys, or typed as numbers. */
import { formatNumber } from "../numbers.js";
import { draw, make } from "./making.js";
import { readNumber } from "./number.js";
import { makeFrame } from "./frame.js";

const POINTS = 11;
const FINE = 0.02;
const COARSE = 0.1;
const MOVES = { ArrowUp: FINE, ArrowRight: FINE, ArrowDown: -FINE, ArrowLeft: -FINE, PageUp: COARSE, PageDown: -COARSE, Home: -1, End: 1 };

export function makeSketch(question) {
  const sketch = new Sketch(question);
  return { parts: sketch.parts(), focus: () => sketch.handles[0].focus(), read: () => sketch.read() };
}

class Sketch {
  constructor(question) {
    this.question = question;
    this.frame = makeFrame(question);
    this.steps = this.frame.spread(POINTS);
    this.heights = this.steps.map(() => 0.5);
    this.touched = false;
    this.line = draw("path", { class: "sketch-said" });
    this.handles = this.steps.map((step, place) => this.makeHandle(step, place));
    this.fields = this.steps.map((step, place) => this.makeField(step, place));
    this.svg = this.makeDrawing();
    this.show();
  }

  parts() {
    const typed = make("details", {}, [
      make("summary", { textContent: "Type the values instead" }),
      make("div", { className: "sketch-fields" }, this.fields.map((field, place) => make("label", {}, [make("span", { textContent: `step ${this.steps[place]}` }), field]))),
    ]);
    return [
      make("p", { className: "prediction-ask", id: "prediction-ask", textContent: this.question.ask }),
      make("div", { className: "sketch", role: "group", "aria-labelledby": "prediction-ask" }, [this.svg]),
      make("p", { className: "hint", textContent: "Draw across the frame. Or move each point with the arrow keys." }),
      typed,
    ];
  }

  makeDrawing() {
    const { width, height, labels } = this.frame;
    const svg = draw("svg", { viewBox: `-44 -10 ${width + 60} ${height + 36}` }, [
      draw("path", { class: "sketch-frame", d: `M0 0V${height}H${width}` }),
      draw("rect", { class: "sketch-pad", x: -8, y: -8, width: width + 16, height: height + 16 }),
      ...labels(),
      this.line,
      ...this.handles,
    ]);
    svg.addEventListener("pointerdown", (event) => this.begin(event));
    svg.addEventListener("pointermove", (event) => this.go(event));
    for (const type of ["pointerup", "pointercancel"]) svg.addEventListener(type, () => (this.last = null));
    return svg;
  }

  makeHandle(step, place) {
    const handle = draw("circle", { class: "sketch-handle", r: 5, tabindex: 0, role: "slider", "aria-orientation": "vertical", "aria-label": `${this.question.metric} at step ${step}` });
    handle.setAttribute("aria-valuemin", this.question.values[0]);
    handle.setAttribute("aria-valuemax", this.question.values[1]);
    handle.addEventListener("keydown", (event) => {
      if (!(event.key in MOVES)) return;
      event.preventDefault();
      this.set(place, this.heights[place] + MOVES[event.key]);
      this.show();
    });
    return handle;
  }

  makeField(step, place) {
    const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", "aria-label": `${this.question.metric} at step ${step}` });
    field.addEventListener("change", () => {
      const value = readNumber(field.value);
      if (value !== null) this.set(place, this.frame.rise(value));
      this.show();
    });
    return field;
  }

  begin(event) {
    if (event.button) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    this.last = null;
    this.draw(event);
  }

  go(event) {
    if (!this.svg.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.draw(each);
  }

  /** Moves the points that the hand has passed since its last place. */
  draw(event) {
    const at = this.frame.locate(this.svg, event, POINTS);
    const from = this.last ?? at;
    const [low, high] = [Math.min(from.place, at.place), Math.max(from.place, at.place)];
    for (let place = Math.round(low); place <= Math.round(high); place += 1) {
      const share = high > low ? Math.min(1, Math.max(0, (place - from.place) / (at.place - from.place))) : 1;
      this.set(place, from.height + (at.height - from.height) * share);
    }
    this.last = at;
    this.show();
  }

  set(place, height) {
    this.heights[place] = Math.min(1, Math.max(0, height));
    this.touched = true;
  }

  show() {
    const spots = this.heights.map((height, place) => this.frame.spot(this.steps[place], height));
    this.line.setAttribute("d", spots.map(([x, y], place) => `${place ? "L" : "M"}${x} ${y}`).join(""));
    this.handles.forEach((handle, place) => {
      const value = this.value(place);
      handle.setAttribute("cx", spots[place][0]);
      handle.setAttribute("cy", spots[place][1]);
      handle.setAttribute("aria-valuenow", value);
      handle.setAttribute("aria-valuetext", formatNumber(value));
      this.fields[place].value = formatNumber(value);
    });
  }

  value(place) {
    return this.frame.value(this.heights[place]);
  }

  read() {
    if (!this.touched) return { problem: "Draw the curve first, or skip." };
    return { said: this.steps.map((step, place) => [step, this.value(place)]) };
  }
}
