/* One small picture for each group of metrics, to choose what the large one shows. */
import { formatNumber } from "../numbers.js";

const SIZE = { width: 72, height: 26 };
let boards = 0;

export class Tabs {
  /** `sample` as in sampling.js; `onChoose(key)` shows another group large. */
  constructor(element, panel, { onChoose, sample }) {
    Object.assign(this, { element, panel, onChoose, sample, shown: "", turn: 0 });
    this.id = `chart-${(boards += 1)}`;
    element.addEventListener("click", (event) => this.choose(event.target.closest("[role=tab]")));
    element.addEventListener("keydown", (event) => this.walk(event));
  }

  /** `groups` as in groups.js, `chosen` the key of the one that is shown large. */
  show(groups, chosen, palette) {
    const shape = JSON.stringify([chosen, palette.ink, groups.map(({ key, title }) => [key, title])]);
    const isNew = shape !== this.shown;
    if (isNew) this.build(groups, chosen);
    this.shown = shape;
    for (const [n, { series }] of groups.entries()) this.say(this.tabs[n].value, formatNumber(series[0].values.at(-1) ?? NaN));
    if (this.element.hidden) return;
    this.turn = (this.turn + 1) % groups.length; // one at a time: none of them is in a hurry
    for (const n of isNew ? groups.keys() : [this.turn]) drawSmall(this.tabs[n].canvas, groups[n].series, palette, this.sample);
  }

  /** The next time all of them are drawn anew. */
  forget() {
    this.shown = "";
  }

  hide() {
    this.forget();
    this.element.hidden = true;
  }

  say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  build(groups, chosen) {
    const focused = this.element.contains(document.activeElement);
    this.element.hidden = groups.length < 2;
    this.tabs = groups.map((each, n) => this.make(each, `${this.id}-${n}`, each.key === chosen));
    this.element.replaceChildren(...this.tabs.map(({ tab }) => tab));
    this.label(groups.length > 1);
    if (focused) this.element.querySelector("[aria-selected=true]").focus();
  }

  make({ key, title }, id, isChosen) {
    const tab = Object.assign(document.createElement("button"), { type: "button", role: "tab", id, tabIndex: isChosen ? 0 : -1, ariaSelected: String(isChosen) });
    tab.dataset.key = key;
    const canvas = Object.assign(document.createElement("canvas"), { width: SIZE.width * devicePixelRatio, height: SIZE.height * devicePixelRatio });
    const [name, value] = [document.createElement("span"), document.createElement("b")];
    name.textContent = title;
    tab.append(canvas, name, value);
    return { tab, canvas, value };
  }

  label(areTabs) {
    this.panel.id ||= `${this.id}-panel`;
    for (const { tab } of this.tabs) tab.setAttribute("aria-controls", this.panel.id);
    if (areTabs) {
      this.panel.role = "tabpanel";
      this.panel.setAttribute("aria-labelledby", this.element.querySelector("[aria-selected=true]").id);
    } else this.panel.removeAttribute("role");
  }

  choose(tab) {
    if (tab) this.onChoose(tab.dataset.key);
  }

  walk(event) {
    const all = this.tabs.map(({ tab }) => tab);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.choose(all.at(to % all.length));
  }
}

function drawSmall(canvas, all, palette, sample) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.lineJoin = "round";
  all.slice(0, 3).forEach((series, n) => {
    pen.strokeStyle = palette.line(n).colour;
    if (series.length) trace(pen, series, canvas, sample);
  });
}

function trace(pen, { steps, values, least, most }, { width, height }, sample) {
  const [from, to] = [steps[0], steps.at(-1)];
  const [xs, ys] = sample(steps, values, { from, to, columns: width / 2, isLog: false });
  const room = pen.lineWidth;
  let isDown = false;
  pen.beginPath();
  xs.forEach((step, n) => {
    const x = room + ((step - from) / (to - from || 1)) * (width - 2 * room);
    const y = height - room - ((ys[n] - least) / (most - least || 1)) * (height - 2 * room);
    if (ys[n] != null) pen[isDown ? "lineTo" : "moveTo"](x, y);
    isDown = ys[n] != null;
  });
  pen.stroke();
}
