/* The drawn chart: uPlot with our scales, marks, zoom and crosshair. It draws at once what it is given. */
import UPlot from "uplot";
import { linear, logarithmic, rangeLog } from "./scales.js";

export class Plot {
  /** `onCursor(step or null)`, `onZoom({from, to})`, `onWhole()`: what the pointer does. */
  constructor(element, calls) {
    Object.assign(this, { element, ...calls, shape: "" });
    new ResizeObserver(() => this.drawing?.setSize(this.size())).observe(element);
  }

  clear() {
    this.drawing?.destroy();
    this.drawing = null;
    this.shape = "";
  }

  /** Draws `lines` ({colour, dash, width, scale}) over `rows` (see align), in a picture of `{view, isLog, palette, holes, evidence}`. */
  draw(lines, rows, picture) {
    Object.assign(this, { lines, picture });
    const shape = JSON.stringify([picture.isLog, lines.map(({ key, scale }) => [key, scale])]);
    if (shape === this.shape) this.drawing.batch(() => this.drawing.setData(rows));
    else this.build(shape, rows);
  }

  build(shape, rows) {
    this.drawing?.destroy();
    this.shape = shape;
    this.drawing = new UPlot(this.options(), rows, this.element);
    this.dots = this.lines.map(() => this.drawing.over.appendChild(Object.assign(document.createElement("i"), { className: "chart-dot", hidden: true })));
  }

  size() {
    return { width: Math.max(200, this.element.clientWidth), height: Math.max(100, this.element.clientHeight) };
  }

  /** Columns of pixels that a curve can fill. */
  get columns() {
    return Math.max(100, Math.round((this.drawing?.over.clientWidth || this.element.clientWidth) * devicePixelRatio));
  }

  options() {
    const scales = new Set(this.lines.map(({ scale }) => scale));
    return {
      ...this.size(),
      legend: { show: false },
      padding: [12, scales.has("score") ? 0 : 12, 0, 0],
      cursor: this.cursor(),
      scales: { x: { time: false, range: () => this.picture.view }, y: this.picture.isLog ? { distr: 3, range: rangeLog } : {}, score: {} },
      axes: this.axes(scales),
      series: [{}, ...this.lines.map((_, n) => this.series(n))],
      hooks: { draw: [(plot) => this.mark(plot)], setCursor: [({ cursor }) => this.point(cursor)], setSelect: [({ select }) => this.select(select)] },
    };
  }

  axes(scales) {
    const look = {
      stroke: () => this.picture.palette.soft,
      font: `12px ${getComputedStyle(this.element).fontFamily}`,
      grid: { stroke: () => this.picture.palette.rule, width: 1 },
      ticks: { show: false },
      gap: 6,
    };
    const left = { ...look, size: 54, space: 28, ...(this.picture.isLog ? logarithmic : linear()) };
    const right = { ...look, scale: "score", side: 1, size: 48, space: 28, grid: { show: false }, ...linear() };
    return [{ ...look, size: 22, gap: 2, space: 56, ...linear(1) }, left, ...(scales.has("score") ? [right] : [])];
  }

  series(n) {
    const { scale, width } = this.lines[n];
    return { scale, width, stroke: () => this.lines[n].colour, dash: this.lines[n].dash, points: { show: (plot) => this.areFew(plot, n), size: 5, fill: () => this.lines[n].colour }, spanGaps: false };
  }

  /** A point alone makes no line; a few are worth being seen as what they are. */
  areFew(plot, n) {
    return plot.data[n + 1].reduce((count, value) => count + (value != null), 0) <= 12;
  }

  cursor() {
    const whole = () => () => {
      this.onWhole();
      return null;
    };
    return { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false }, bind: { dblclick: whole } };
  }

  point({ left }) {
    if (this.isPlacing) return;
    this.onCursor(left == null || left < 0 ? null : this.drawing.posToVal(left, "x"));
  }

  select({ left, width }) {
    if (width < 6) return;
    const [from, to] = [left, left + width].map((each) => this.drawing.posToVal(each, "x"));
    this.drawing.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.onZoom({ from, to });
  }

  /** Puts the crosshair at a step, and a dot on each line at its `values`; null takes them away. */
  place(step, values = []) {
    this.isPlacing = true;
    this.drawing.setCursor({ left: step == null ? -10 : this.drawing.valToPos(step, "x"), top: step == null ? -10 : 1 });
    this.isPlacing = false;
    this.dots.forEach((dot, n) => this.putDot(dot, this.lines[n], values[n]));
  }

  putDot(dot, { scale, colour }, at) {
    const isLost = !at || !Number.isFinite(at.value) || (this.picture.isLog && scale === "y" && at.value <= 0);
    const [left, top] = isLost ? [-1, -1] : [this.drawing.valToPos(at.step, "x"), this.drawing.valToPos(at.value, scale)];
    dot.hidden = left < 0 || left > this.drawing.over.clientWidth;
    if (dot.hidden) return;
    dot.style.backgroundColor = colour;
    dot.style.transform = `translate(${left}px, ${top}px)`;
  }

  /** Draws what is to be marked; how, is fetched with the first mark. */
  async mark(plot) {
    const { holes, evidence, palette } = this.picture;
    if (!holes.length && !evidence.length) return;
    if (this.marks) this.marks.draw(plot, { holes, evidence, palette });
    else {
      this.marks = await import("./marks.js");
      this.drawing?.redraw(false);
    }
  }

  /** The picture as a canvas, as it stands. */
  get canvas() {
    return this.drawing.ctx.canvas;
  }
}
