/* The live chart of what the code measures, by step. uPlot is fetched with the first point; the same numbers are there as a
   table, and as a sentence for those who do not see the chart. */
import { formatNumber } from "./numbers.js";

const COLOURS = ["--ember", "--lake", "--plum"];
const SHOWN = ["loss", "validation", "scalar"];
const ROWS = 50;
const SPEAK_MS = 1000;
const LOG_FROM = 100; // a loss that has fallen a hundredfold is a cliff on a linear scale

export class Chart {
  constructor(element) {
    this.element = element;
    this.plot = element.querySelector(".chart-plot");
    this.details = element.querySelector("details");
    this.table = element.querySelector(".chart-table");
    this.caption = element.querySelector(".chart-caption");
    this.series = new Map();
    this.details.addEventListener("toggle", () => this.fillTable());
    document.addEventListener("themechange", () => this.drawing?.redraw(false));
    new ResizeObserver(() => this.drawing?.setSize(this.size())).observe(this.plot);
  }

  clear() {
    this.series.clear();
    this.isLog = false;
    this.caption.textContent = "";
    this.drawing?.destroy();
    this.drawing = null;
    this.plot.removeAttribute("role");
    this.plot.removeAttribute("aria-label");
    this.details.hidden = true;
    this.element.dataset.empty = "";
  }

  /** Takes a metric event; answers the newest value of a loss ({name, value}), or null for other metrics. */
  add({ name, kind, points }) {
    if (!SHOWN.includes(kind)) return null;
    if (!this.series.has(name)) this.series.set(name, { name, kind, steps: [], values: [], least: Infinity, most: -Infinity });
    const series = this.series.get(name);
    for (const [step, value] of points) {
      series.steps.push(step);
      series.values.push(typeof value === "number" ? value : null);
      if (typeof value !== "number") continue;
      series.least = Math.min(series.least, value);
      series.most = Math.max(series.most, value);
    }
    this.drawSoon();
    return kind === "loss" && points.length ? { name, value: points.at(-1)[1] } : null;
  }

  finish() {
    this.describe();
    this.fillTable();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(async () => {
      await this.draw();
      this.frame = null;
    });
  }

  async draw() {
    const { default: UPlot } = await import("uplot");
    if (!this.series.size) return;
    const isLog = this.spansDecades();
    if (this.drawing?.series.length !== this.series.size + 1 || isLog !== this.isLog) this.rebuild(UPlot, isLog);
    else this.drawing.setData(this.align(UPlot));
    if (performance.now() - (this.describedAt ?? 0) > SPEAK_MS) this.describe();
  }

  spansDecades() {
    const losses = [...this.series.values()].filter(({ kind }) => kind === "loss");
    return losses.length > 0 && losses.every(({ least, most }) => least > 0 && most / least >= LOG_FROM);
  }

  rebuild(UPlot, isLog) {
    this.isLog = isLog;
    this.caption.textContent = `${[...this.series.keys()].join(", ")} by step${isLog ? ", logarithmic scale" : ""}`;
    this.drawing?.destroy();
    delete this.element.dataset.empty;
    this.details.hidden = false;
    this.plot.setAttribute("role", "img");
    this.drawing = new UPlot(this.options(), this.align(UPlot), this.plot);
    this.describe();
  }

  options() {
    const ink = () => token("--ink-soft");
    const font = `12px ${getComputedStyle(this.element).fontFamily}`;
    const axis = { stroke: ink, font, grid: { stroke: () => token("--rule"), width: 1 }, ticks: { show: false } };
    const shown = [...this.series.values()];
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 12, 0, 0],
      scales: { x: { time: false }, y: this.isLog ? { distr: 3 } : {}, scalar: {} },
      axes: [
        { ...axis, size: 26, gap: 4, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5] },
        { ...axis, size: 52, gap: 6, space: 28, ...(this.isLog ? { splits: listDecades } : {}), values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : formatNumber(tick))) },
        ...(shown.some(({ kind }) => kind === "scalar") ? [{ ...axis, scale: "scalar", side: 1, size: 48, grid: { show: false } }] : []),
      ],
      series: [{}, ...shown.map((series, index) => this.line(series, index))],
    };
  }

  line({ name, kind }, index) {
    const colour = () => token(COLOURS[index % COLOURS.length]);
    return { label: name, scale: kind === "scalar" ? "scalar" : "y", stroke: colour, width: 2, dash: index ? [4 * index, 4] : [], points: { show: false }, spanGaps: false };
  }

  align(UPlot) {
    const tables = [...this.series.values()].map(({ steps, values }) => [steps, values]);
    return tables.length === 1 ? tables[0] : UPlot.join(tables);
  }

  size() {
    return { width: Math.max(200, this.plot.clientWidth), height: Math.max(120, this.plot.clientHeight) };
  }

  describe() {
    if (!this.series.size) return;
    this.describedAt = performance.now();
    this.plot.setAttribute("aria-label", [...this.series.values()].map(describeSeries).join(" "));
  }

  fillTable() {
    if (!this.details.open || !this.series.size) return;
    const table = document.createElement("table");
    table.innerHTML = "<thead><tr><th scope=col>Metric</th><th scope=col>Step</th><th scope=col>Value</th></tr></thead>";
    const body = table.createTBody();
    for (const series of this.series.values()) {
      for (const index of sample(series.steps.length)) addRow(body, [series.name, series.steps[index], formatNumber(series.values[index] ?? NaN)]);
    }
    this.table.replaceChildren(table);
  }
}

function describeSeries({ name, steps, values, least }) {
  return `${name} by step: last ${formatNumber(values.at(-1) ?? NaN)} at step ${steps.at(-1)}, lowest ${formatNumber(least)}.`;
}

/** The powers of ten from `least` to `most`, at most seven of them. */
function listDecades(_, __, least, most) {
  const [from, to] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  const stride = Math.ceil((to - from + 1) / 7);
  const decades = [];
  for (let power = from; power <= to; power += stride) decades.push(10 ** power);
  return decades;
}

function addRow(body, cells) {
  const row = body.insertRow();
  for (const cell of cells) row.insertCell().textContent = cell;
}

/** Up to ROWS indices spread over a list of this length, its last among them. */
function sample(length) {
  const count = Math.min(length, ROWS);
  return Array.from({ length: count }, (_, index) => Math.round(((index + 1) * length) / count) - 1);
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
