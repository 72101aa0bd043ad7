/* <kindling-comparison>: one metric of several runs over each other, with the same numbers as a table. Runs go by letters;
   each has a colour and a dash of its own. */
import UPlot from "uplot";
import { align } from "./lab/charts/sampling.js";
import { linear, logarithmic, rangeLog } from "./lab/charts/scales.js";
import { formatNumber } from "./lab/numbers.js";

const LOOKS = {
  A: { colour: "--ember", dash: [] },
  B: { colour: "--lake", dash: [8, 4] },
  C: { colour: "--plum", dash: [2, 4] },
  D: { colour: "--ink", dash: [12, 4, 2, 4] },
  E: { colour: "--ink-soft", dash: [4, 4] },
};
const ROWS = 20;
const LOG_FROM = 100; // a loss that has fallen a hundredfold is a cliff on a linear scale

class KindlingComparison extends HTMLElement {
  async connectedCallback() {
    for (const part of this.querySelectorAll("[data-role]")) this[part.dataset.role] = part;
    this.details = this.querySelector("details");
    this.runs = [...this.querySelectorAll("[data-series]")].map((item) => ({ letter: item.dataset.letter, title: item.textContent, url: item.dataset.series }));
    await Promise.all(this.runs.map((run) => this.fetch(run)));
    this.offerMetrics();
    this.metric.addEventListener("change", () => this.choose());
    this.log.addEventListener("change", () => this.draw());
    document.addEventListener("themechange", () => this.drawing?.redraw(false));
    new ResizeObserver(() => this.drawing?.setSize(this.size())).observe(this.plot);
  }

  disconnectedCallback() {
    this.drawing?.destroy();
  }

  /** A run whose curves cannot be had is compared without them, and that is said. */
  async fetch(run) {
    try {
      const answer = await fetch(run.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      run.series = new Map((await answer.json()).series.map((each) => [each.name, each.points]));
    } catch {
      run.series = new Map();
      this.say(`The curves of run ${run.letter} could not be loaded. Reload the page to try again.`);
    }
  }

  say(text) {
    this.notice.hidden = !text;
    this.notice.textContent = text;
  }

  offerMetrics() {
    const names = [...new Set(this.runs.flatMap(({ series }) => [...series.keys()]))];
    this.metric.replaceChildren(...names.map((name) => new Option(name)));
    if (names.includes("loss")) this.metric.value = "loss";
    this.dataset.empty = names.length ? "" : "true";
    if (names.length) this.choose();
    else if (this.notice.hidden) this.say("None of these runs has measured anything, so there is no curve.");
  }

  /** Another metric: on the scale that shows most of it. */
  choose() {
    const values = this.shown().flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    this.log.disabled = !(least > 0);
    this.log.checked = least > 0 && most / least >= LOG_FROM;
    this.draw();
  }

  /** The runs that have the chosen metric, with its points. */
  shown() {
    return this.runs.flatMap(({ letter, title, series }) => (series.has(this.metric.value) ? [{ letter, title, points: series.get(this.metric.value) }] : []));
  }

  draw() {
    const shown = this.shown();
    this.drawing?.destroy();
    this.drawing = new UPlot(this.options(shown), lay(shown), this.plot);
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", `${this.metric.value} by step. ${shown.map(describe).join(" ")}`);
    this.key.replaceChildren(...shown.map(makeKey));
    this.table.replaceChildren(makeTable(this.metric.value, shown));
  }

  options(shown) {
    const font = `12px ${getComputedStyle(this).fontFamily}`;
    const axis = { stroke: () => token("--ink-soft"), font, grid: { stroke: () => token("--rule"), width: 1 }, ticks: { show: false } };
    const isLog = this.log.checked && !this.log.disabled;
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 12, 0, 0],
      scales: { x: { time: false }, y: isLog ? { distr: 3, range: rangeLog } : {} },
      axes: [{ ...axis, ...linear(1), size: 30 }, { ...axis, ...(isLog ? logarithmic : linear()), size: 60 }],
      series: [{}, ...shown.map(({ letter }) => ({ label: letter, stroke: () => token(LOOKS[letter].colour), dash: LOOKS[letter].dash, width: 2, points: { show: false }, spanGaps: true }))],
    };
  }

  size() {
    return { width: Math.max(200, this.plot.clientWidth), height: Math.max(160, this.plot.clientHeight) };
  }
}

/** One list of all steps, and for each run its values there: undefined where it has no point, null where it is no number. */
function lay(shown) {
  const curves = shown.map(({ points }) => [points.map(([step]) => step), points.map(([, value]) => (Number.isFinite(value) ? value : null))]);
  return align(curves);
}

function describe({ letter, title, points }) {
  const [step, value] = points.at(-1);
  return `${letter}, ${title}: last ${formatNumber(value)} at step ${step}.`;
}

function makeKey({ letter, title, points }) {
  const item = document.createElement("li");
  const badge = Object.assign(document.createElement("span"), { className: `letter letter--${letter}`, textContent: letter });
  item.append(badge, ` ${title}: last ${formatNumber(points.at(-1)[1])}`);
  return item;
}

/** Up to ROWS steps; each run's value is the newest that it had by then. */
function makeTable(metric, shown) {
  const [steps, ...columns] = lay(shown);
  const table = document.createElement("table");
  table.createCaption().textContent = metric;
  const head = table.createTHead().insertRow();
  for (const words of ["Step", ...shown.map(({ letter, title }) => `${letter}: ${title}`)]) head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: words }));
  const body = table.createTBody();
  const count = Math.min(steps.length, ROWS);
  for (let number = 1; number <= count; number += 1) {
    const index = Math.round((number * steps.length) / count) - 1;
    const row = body.insertRow();
    row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: steps[index] }));
    for (const column of columns) row.insertCell().textContent = tell(column, index);
  }
  return table;
}

/** "" before a run's first point and after its last; NaN is said. */
function tell(column, index) {
  if (column.slice(index).every((value) => value === undefined)) return "";
  for (let at = index; at >= 0; at -= 1) if (column[at] !== undefined) return formatNumber(column[at] ?? NaN);
  return "";
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

customElements.define("kindling-comparison", KindlingComparison);
