/* Other curves to lay over the run's own: what the chapter recorded, and the student's other runs of the project. */
import { read } from "../../requests.js";

const MOST = 4; // more lines than these and the run's own are not told apart

export class Beside {
  /** `part` is the fold that holds the choices; the chart's element says in its data what to ask for. */
  constructor(board, part) {
    Object.assign(this, { board, part, list: part.querySelector("ul"), said: part.querySelector("[role=status]"), laid: new Set() });
    this.list.addEventListener("change", ({ target }) => this.choose(target));
  }

  /** Asks anew what there is: with every run there is one more. */
  async open() {
    const { beside, project = "", run = "" } = this.board.element.dataset;
    this.project = project;
    try {
      const { curves } = await read(`${beside}?${new URLSearchParams({ project, without: run })}`);
      this.curves = new Map(curves.map((curve) => [curve.label, curve]));
      this.list.replaceChildren(...curves.map(({ label }) => this.offer(label)));
      this.say(curves.length ? "" : "There is nothing to compare with yet: change something and run it again.");
    } catch ({ message }) {
      this.say(message);
    }
  }

  offer(label) {
    const item = document.createElement("li");
    const name = item.appendChild(document.createElement("label"));
    name.append(Object.assign(document.createElement("input"), { type: "checkbox", value: label, checked: this.laid.has(label), autocomplete: "off" }), label);
    return item;
  }

  async choose(box) {
    const label = box.value;
    if (!box.checked) this.takeAway(label);
    else if (this.laid.size === MOST) this.refuse(box, `${MOST} curves beside the run's own are as many as can be told apart. Take one away first.`);
    else await this.lay(box, label);
  }

  async lay(box, label) {
    const { series, url } = this.curves.get(label);
    this.laid.add(label);
    try {
      const found = url ? (await read(url)).series : series;
      if (this.laid.has(label)) this.board.overlay({ label, series: found });
      this.say(`${label}: drawn.`);
    } catch ({ message }) {
      this.laid.delete(label);
      this.refuse(box, message);
    }
  }

  refuse(box, message) {
    box.checked = false;
    this.say(message);
  }

  takeAway(label) {
    this.laid.delete(label);
    this.board.overlay({ label });
    this.say(`${label}: taken away.`);
  }

  /** Another project has other curves. */
  clear() {
    if (this.board.element.dataset.project === this.project) return;
    for (const label of this.laid) this.takeAway(label);
    this.part.open = false;
  }

  say(message) {
    this.said.textContent = message;
  }
}
