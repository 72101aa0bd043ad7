/* The buttons around the chart, and what can be taken from it: a table, a picture, a file of numbers. */
import { describeView } from "./words.js";

const REFILL_MS = 1000;

export class Tools {
  constructor(board) {
    this.board = board;
    this.parts = Object.fromEntries([...board.element.querySelectorAll("[data-chart]")].map((part) => [part.dataset.chart, part]));
    this.listen();
  }

  listen() {
    const { board, parts } = this;
    const press = (name, verb) => parts[name].addEventListener("click", verb);
    press("log", () => this.switchLog());
    press("in", () => board.scale(0.5));
    press("out", () => board.scale(2));
    press("whole", () => board.zoom(null));
    press("png", async () => (await import("./files.js")).savePicture(board));
    press("csv", async () => (await import("./files.js")).saveNumbers(board));
    parts.smooth.addEventListener("input", () => this.smooth());
    parts.table.addEventListener("toggle", () => this.fill());
    parts.beside.addEventListener("toggle", () => parts.beside.open && this.offerBeside());
  }

  clear() {
    this.parts.rows.replaceChildren();
    this.beside?.clear();
  }

  switchLog() {
    this.board.wantsLog = !this.board.isLog;
    this.board.draw();
  }

  smooth() {
    const { smooth } = this.parts;
    this.board.smoothing = smooth.valueAsNumber / 100;
    smooth.ariaValueText = `${smooth.value} %`;
    this.board.draw();
  }

  show({ isLog, isZoomed }) {
    this.parts.log.ariaPressed = String(isLog);
    this.parts.whole.disabled = !isZoomed && document.activeElement !== this.parts.whole;
    if (performance.now() - (this.filledAt ?? -Infinity) > REFILL_MS) this.fill();
  }

  /** Offers other curves to lay over these. */
  async offerBeside() {
    const { Beside } = await import("./beside.js");
    this.beside ??= new Beside(this.board, this.parts.beside);
    this.beside.open();
  }

  /** Fills the table, where it is open. */
  async fill() {
    if (!this.parts.table.open || !this.board.entries.length) return;
    this.filledAt = performance.now();
    const { fillTable } = await import("./table.js");
    fillTable(this.parts.rows, this.board, describeView(this.board.view ?? this.board.extent()));
  }
}
