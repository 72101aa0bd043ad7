/* One tensor to look at: its numbers as colours, how they spread, and what a step has changed. */
import { drawBars } from "./bars.js";
import { HeatMap } from "./heatmap.js";
import { tabulate } from "./numbers-table.js";
import { check, choice, make, tell } from "./parts.js";
import { countBins, cut, listChoices, subtract, weigh } from "./tensors.js";

const FIGURES = [["min", "least"], ["max", "greatest"], ["mean", "mean"], ["std", "deviation"], ["zeros", "zeros"], ["nan", "not a number"], ["inf", "infinite"]];

export class Pane {
  constructor(element) {
    this.element = element;
    this.title = make("h3", { className: "pane-title" });
    this.words = make("p", { className: "pane-words" });
    this.controls = make("div", { className: "pane-controls" });
    this.change = make("p", { className: "pane-change" });
    this.notice = make("p", { className: "notice pane-notice", hidden: true });
    this.picture = make("div", { className: "heat", hidden: true });
    this.spread = make("div", { className: "pane-spread" });
    this.table = make("div", { className: "pane-table", tabIndex: 0, role: "region" });
    this.details = make("details", { hidden: true }, make("summary", { textContent: "As a table" }), this.table);
    this.details.addEventListener("toggle", () => this.fillTable());
    element.replaceChildren(this.title, this.words, this.controls, this.change, this.notice, this.picture, this.spread, this.details);
    this.map = new HeatMap(this.picture);
    this.clear();
  }

  clear() {
    this.subject = null;
    this.element.hidden = true;
  }

  /** Shows `{name, words, look, isMade, controls, notice}`: `look` is what memory holds, or null; `controls` are elements
      that stand before the pane's own. */
  show(subject) {
    if (this.subject?.name !== subject.name || this.subject?.isMade !== subject.isMade) Object.assign(this, { part: 0, chosen: [] });
    this.subject = subject;
    this.element.hidden = false;
    this.draw();
  }

  draw() {
    const { name, words, look, controls = [], notice } = this.subject;
    const now = look?.now.tensors[this.part] ?? null;
    const before = look?.before?.tensors[this.part] ?? null;
    const difference = subtract(now, before);
    this.title.textContent = name;
    this.words.textContent = [words, now && tellTensor(now), look?.now.step != null && now && `after step ${look.now.step}`].filter(Boolean).join(" · ");
    this.say(notice || look?.now.error || (now && !now.values ? tellNothing(now) : ""));
    this.change.textContent = difference ? tellChange(difference, now, before, look.before.step) : "";
    this.change.hidden = !difference;
    const shown = this.isChange && difference ? difference : now;
    this.fillControls([...controls, ...this.listControls(look, difference, now)]);
    this.paint(shown, difference === shown && difference ? `change of ${now.name}` : now?.name);
    this.tellSpread(shown, now);
  }

  listControls(look, difference, now) {
    const parts = look?.now.tensors ?? [];
    const list = [];
    if (parts.length > 1) list.push(choice("Part", parts.map(({ name }, at) => [at, name]), this.part, (at) => this.turn({ part: Number(at), chosen: [] })));
    if (now?.values) list.push(...this.listCuts(now));
    if (difference) list.push(check(`Show the change since step ${look.before.step ?? "before"}`, this.isChange, (isChange) => this.turn({ isChange })));
    return list;
  }

  listCuts(tensor) {
    const free = listChoices(tensor, this.subject.isMade);
    this.chosen = free.map(({ options, all }, at) => {
      const place = this.chosen[at];
      return place === undefined || place >= options.length ? (all ? null : 0) : place;
    });
    return free
      .filter(({ options }) => options.length > 1)
      .map(({ name, options, all, dimension }) => {
        const words = options.map((index, place) => [place, index]);
        const choose = (place) => this.turn({ chosen: this.chosen.with(dimension, place === "" ? null : Number(place)) });
        return choice(name, all ? [["", "all"], ...words] : words, this.chosen[dimension] ?? "", choose);
      });
  }

  turn(choices) {
    Object.assign(this, choices);
    this.draw();
  }

  /** Whoever is at one of the controls stays there. */
  fillControls(elements) {
    const list = () => [...this.controls.querySelectorAll("select, input, button")];
    const at = list().indexOf(document.activeElement);
    this.controls.replaceChildren(...elements);
    if (at >= 0) list()[at]?.focus();
  }

  paint(tensor, name) {
    this.shown = tensor?.values ? { name, values: tensor.values, picture: cut(tensor, this.chosen) } : null;
    this.picture.hidden = !this.shown;
    this.details.hidden = !this.shown;
    if (this.shown) this.map.show(this.shown);
    this.fillTable();
  }

  fillTable() {
    if (!this.details.open || !this.shown) return;
    this.table.setAttribute("aria-label", `The numbers of ${this.shown.name}`);
    this.table.replaceChildren(tabulate(this.shown.name, this.shown.values, this.shown.picture));
  }

  tellSpread(shown, now) {
    this.spread.replaceChildren();
    if (!now) return;
    const bins = shown !== now ? countBins(shown.values) : (now.histogram ?? (now.values && countBins(now.values)));
    if (bins) this.spread.append(make("p", { className: "pane-words", textContent: "How all its values spread" }), drawBars(bins, "Histogram"));
    if (!now.statistics || shown !== now) return;
    const told = FIGURES.filter(([key]) => !["zeros", "nan", "inf"].includes(key) || now.statistics[key] > 0);
    this.spread.append(make("dl", { className: "pane-figures" }, ...told.map(([key, word]) => make("div", {}, make("dt", { textContent: word }), make("dd", { textContent: tell(now.statistics[key]) })))));
    if (now.sampled) this.spread.append(make("p", { className: "pane-words", textContent: `Of ${now.sampled.toLocaleString("en")} evenly spaced values.` }));
  }

  say(words) {
    this.notice.textContent = words;
    this.notice.hidden = !words;
  }
}

function tellTensor({ shape, dtype, device, thinned }) {
  const thin = thinned ? `every ${thinned.map((step) => ordinal(step)).join(" × ")} value shown` : "";
  return [shape.length ? shape.join(" × ") : "one number", dtype, device === "cpu" ? "" : `on ${device}`, thin].filter(Boolean).join(" · ");
}

function tellNothing({ shape, dtype }) {
  if (shape.includes(0)) return "It holds no values: one of its sides is 0.";
  if (dtype.startsWith("complex")) return "Complex numbers cannot be drawn here. Look at its .real, .imag or .abs().";
  return "Its values were not told.";
}

function tellChange(difference, now, before, step) {
  const { place, changed } = weigh(difference);
  const since = step == null ? "Since the last look," : `Since step ${step},`;
  if (place < 0) return `${since} nothing has changed.`;
  const all = now.values.length;
  const many = changed === all ? (all === 1 ? "it has changed" : `all ${all.toLocaleString("en")} values have changed`) : `${changed.toLocaleString("en")} of ${all.toLocaleString("en")} values ${changed === 1 ? "has" : "have"} changed`;
  const index = cut(now, []).index(place).join(", ");
  const value = difference.values[place];
  const by = Number.isFinite(value) ? ` (${value > 0 ? "+" : "−"}${tell(Math.abs(value))})` : "";
  return `${since} ${many}${all === 1 ? "" : `, most of all ${now.name}[${index}]`}: ${tell(before.values[place])} → ${tell(now.values[place])}${by}.`;
}

function ordinal(number) {
  const tens = number % 100;
  const end = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${end}`;
}
