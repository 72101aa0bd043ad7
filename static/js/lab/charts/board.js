/* The board: every metric of a run, one group large, the others small below it. Draws at most twenty times a second. */
import { formatNumber } from "../numbers.js";
import { furnish } from "./frame.js";
import { group, keyOf, scaleOf } from "./groups.js";
import { Keys } from "./keys.js";
import { Palette, fade } from "./palette.js";
import { Plot } from "./plot.js";
import { align, sample } from "./sampling.js";
import { Series } from "./series.js";
import { Tools } from "./tools.js";
import { count, describe, describeHoles, describeLost, describeView } from "./words.js";

const DRAW_MS = 50;
const SPEAK_MS = 1000;
const LOG_FROM = 100; // a loss that has fallen a hundredfold is a cliff on a linear scale

export class Board {
  constructor(element) {
    furnish(element);
    const find = (name) => element.querySelector(`.chart-${name}`);
    Object.assign(this, { element, caption: find("caption"), notes: find("notes"), said: find("said"), stage: find("stage"), overlays: new Map(), smoothing: 0 });
    this.plot = new Plot(find("plot"), { onCursor: (step) => this.point(step), onZoom: (view) => this.zoom(view), onWhole: () => this.zoom(null) });
    this.slider = find("reader");
    this.slider.addEventListener("focus", () => this.readWithKeys(), { once: true });
    this.keys = new Keys(find("keys"), { onToggle: (key) => this.toggle(key) });
    this.tools = new Tools(this);
    document.addEventListener("themechange", () => this.repaint());
    this.palette = new Palette(element);
    this.clear();
  }

  clear() {
    Object.assign(this, { metrics: new Map(), evidence: [], hidden: new Set(), chosen: null, view: null, at: null, wantsLog: null, entries: [] });
    clearTimeout(this.describing);
    this.describing = null;
    this.plot.clear();
    this.reader?.clear();
    this.tabs?.hide();
    this.notes.replaceChildren();
    this.caption.textContent = this.said.textContent = "";
    this.tools.clear();
    const plot = this.plot.element;
    plot.removeAttribute("role");
    plot.removeAttribute("aria-label");
    this.element.dataset.empty = "";
    if (this.overlays.size) this.changed();
  }

  add({ name, kind, points }) {
    if (!this.metrics.has(name)) {
      this.metrics.set(name, new Series({ name, kind }));
      this.changed();
    }
    this.metrics.get(name).extend(points);
    this.drawSoon();
  }

  overlay({ label, series }) {
    if (series?.length) this.overlays.set(label, series.map((each) => new Series(each).extend(each.points)));
    else this.overlays.delete(label);
    this.changed();
  }

  markEvidence({ step, metric, evidence }) {
    this.evidence.push({ step, metric, points: evidence.map(([at, value]) => [at, Number(value)]) });
    this.drawSoon();
  }

  finish() {
    this.tabs?.forget(); // all of them are drawn to their end
    this.draw();
    this.describe();
    this.tools.fill();
  }

  choose(key) {
    Object.assign(this, { chosen: key, view: null, at: null });
    this.reader?.clear();
    this.changed();
    this.draw();
  }

  toggle(key) {
    if (!this.hidden.delete(key)) this.hidden.add(key);
    this.draw();
  }

  repaint() {
    this.palette = new Palette(this.element);
    this.changed();
    this.draw();
  }

  /** What there is to draw is not what it was: works out anew which lines belong to the group that is shown. */
  changed() {
    this.groups = group(this.metrics.size ? this.metrics.values() : [...this.overlays.values()].flat());
    const shown = this.groups.find(({ key }) => key === this.chosen) ?? this.groups[0];
    this.group = shown;
    this.entries = shown ? this.enter(shown) : [];
    this.drawSoon();
  }

  enter({ key, series }) {
    const own = this.metrics.size ? series.map((each) => ({ key: each.name, label: each.name, series: each })) : [];
    const laid = [...this.overlays].flatMap(([label, all]) => {
      const fitting = all.filter((each) => keyOf(each) === key);
      return fitting.map((each) => ({ key: `${label}/${each.name}`, label: fitting.length > 1 ? `${label}: ${each.name}` : label, series: each, isOverlay: true }));
    });
    return [...own, ...laid].map((entry, n) => ({ ...entry, look: this.palette.line(n), scale: scaleOf(entry.series, series) }));
  }

  drawSoon() {
    this.timer ??= setTimeout(() => requestAnimationFrame(() => this.draw()), Math.max(0, (this.drawnAt ?? -DRAW_MS) + DRAW_MS - performance.now()));
  }

  draw() {
    this.timer = null;
    this.drawnAt = performance.now();
    if (!this.entries.some(({ series }) => series.length)) return;
    this.appear();
    const shown = this.entries.filter(({ key, series }) => series.length && !this.hidden.has(key));
    const picture = this.compose(shown);
    const lines = shown.flatMap((entry) => this.strokes(entry));
    const [from, to] = picture.view;
    const curves = lines.map(({ series, values }) => sample(series.steps, values, { from, to, columns: this.plot.columns, isLog: picture.isLog }));
    this.shown = shown;
    this.plot.draw(lines, align(curves), picture);
    this.tell(picture);
  }

  appear() {
    if (!("empty" in this.element.dataset)) return;
    delete this.element.dataset.empty;
    this.plot.element.role = "img";
    this.describe();
  }

  compose(shown) {
    const { from, to } = this.view ?? this.extent();
    const scaleFor = (name) => shown.find(({ series, isOverlay }) => series.name === name && !isOverlay)?.scale;
    return {
      view: from === to ? [from - 1, to + 1] : [from, to],
      isLog: this.isLog,
      palette: this.palette,
      holes: shown.filter(({ isOverlay }) => !isOverlay).flatMap(({ series }) => series.holes),
      evidence: this.evidence.map((each) => ({ ...each, scale: scaleFor(each.metric) })).filter(({ scale }) => scale),
    };
  }

  /** An entry as lines: smoothed, it stands before what it was made from. */
  strokes(entry) {
    const { series, look } = entry;
    const [steps, values] = [series.steps, series.smooth(this.smoothing)]; // in their order, before holes are asked for
    const line = { ...entry, ...look, steps, values, width: entry.isOverlay ? 1.5 : 2 };
    if (!this.smoothing) return [line];
    return [{ ...line, key: `raw ${entry.key}`, values: series.values, colour: fade(look.colour, 0.35), dash: [], width: 1, isRaw: true }, line];
  }

  get isLog() {
    return this.wantsLog ?? this.spansDecades();
  }

  spansDecades() {
    const losses = (this.group?.series ?? []).filter(({ kind, length }) => kind === "loss" && length);
    return losses.length > 0 && losses.every(({ least, most }) => least > 0 && most / least >= LOG_FROM);
  }

  /** The first and the last step of what is shown. */
  extent() {
    const all = this.entries.filter(({ series }) => series.length).map(({ series }) => series.steps);
    return { from: Math.min(...all.map((steps) => steps[0])), to: Math.max(...all.map((steps) => steps.at(-1))) };
  }

  /** The steps at which there is something to read in the picture: those of the longest line. */
  stops() {
    const { from, to } = this.extent();
    const longest = this.entries.reduce((one, other) => (other.series.length > one.series.length ? other : one));
    const view = this.view ?? { from, to };
    return longest.series.steps.filter((step) => step >= view.from && step <= view.to);
  }

  zoom(view) {
    const whole = this.extent();
    const isWhole = !view || (view.from <= whole.from && view.to >= whole.to);
    this.view = isWhole ? null : { from: Math.max(whole.from, view.from), to: Math.min(whole.to, view.to) };
    this.draw();
    this.tools.fill();
    this.said.textContent = isWhole ? "The whole run is shown." : `${describeView(this.view)} are shown.`;
  }

  /** Makes the picture show this many times as many steps, around the crosshair or its middle. */
  scale(factor) {
    const { from, to } = this.view ?? this.extent();
    const middle = this.at ?? (from + to) / 2;
    const half = Math.max(1, ((to - from) * factor) / 2);
    this.zoom({ from: middle - half, to: middle + half });
  }

  point(step) {
    if (document.activeElement !== this.slider || step != null) this.read(step);
  }

  /** Moves the crosshair to the point nearest to a step, or takes it away. */
  read(step) {
    const first = this.shown?.[0]?.series;
    this.at = step == null || !first ? null : first.steps[first.nearest(step)];
    this.readOff();
  }

  readOff() {
    const values = this.plot.lines.map(({ series, values, isRaw }) => (this.at == null || isRaw ? null : pointAt(series, values, this.at)));
    this.plot.place(this.at, values);
    const where = this.at == null ? "Last values" : `Step ${count(this.at)}`;
    this.caption.textContent = `${where}${this.smoothing ? ", smoothed" : ""}${this.isLog ? " · log scale" : ""}`;
    const read = ({ series }) => (series.length ? (this.at == null ? series.smooth(this.smoothing).at(-1) : pointAt(series, series.smooth(this.smoothing), this.at).value) : NaN);
    this.keys.show(this.entries, this.hidden, read);
    this.reader?.tell(this.extent(), this.at, `${where}: ${(this.shown ?? []).map((entry) => `${entry.label} ${formatNumber(read(entry))}`).join(", ")}`);
  }

  /** All that stands in words around the picture. */
  tell({ isLog }) {
    this.readOff();
    this.showTabs();
    this.tools.show({ isLog, isZoomed: Boolean(this.view) });
    this.remark(isLog);
    this.describing ??= setTimeout(() => this.describe(), SPEAK_MS);
  }

  /** The small pictures; how they are drawn is fetched when there is more than one group. */
  async showTabs() {
    if (!this.tabs && this.groups.length < 2) return;
    if (!this.tabs) {
      const { Tabs } = await import("./tabs.js");
      this.tabs ??= new Tabs(this.element.querySelector(".chart-tabs"), this.stage, { onChoose: (key) => this.choose(key), sample });
    }
    if (this.group) this.tabs.show(this.groups, this.group.key, this.palette);
  }

  /** The crosshair for the keyboard, fetched when somebody comes to it; keys that are pressed meanwhile count. */
  async readWithKeys() {
    const pressed = [];
    const note = (event) => pressed.push(event);
    this.slider.addEventListener("keydown", note);
    const { Reader } = await import("./reader.js");
    this.reader = new Reader(this.slider, { onStep: (step) => this.read(step), onZoom: (factor) => this.scale(factor), onWhole: () => this.zoom(null), steps: () => this.stops() });
    this.slider.removeEventListener("keydown", note);
    if (document.activeElement !== this.slider) return;
    this.reader.come();
    for (const event of pressed) this.reader.press(event);
  }

  remark(isLog) {
    const holes = this.entries.filter(({ isOverlay }) => !isOverlay).map(({ series }) => describeHoles(series));
    const lost = isLog ? describeLost(this.shown) : "";
    const marks = this.evidence.map(({ step, metric, points }) => `◇ marks what the diagnosis at step ${count(step)} rests on: ${count(points.length)} points of ${metric}.`);
    const notes = [...holes, lost, ...marks].filter(Boolean);
    if (JSON.stringify(notes) === this.noted) return;
    this.noted = JSON.stringify(notes);
    this.notes.replaceChildren(...notes.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }

  describe() {
    clearTimeout(this.describing);
    this.describing = null;
    const words = this.entries.map(({ series, label, isOverlay }) => describe({ ...pick(series), name: isOverlay ? `${label} (for comparison)` : series.name }));
    this.plot.element.ariaLabel = words.join(" ");
  }
}

function pointAt(series, values, step) {
  const place = series.nearest(step);
  return { step: series.steps[place], value: values[place] };
}

function pick({ steps, values, least, most }) {
  return { steps, values, least, most };
}
