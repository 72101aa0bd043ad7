/* Where the console's lines end up: blocks of lines of one kind, in chunks that the browser lays out only when they come
   into view. Everything stays in the page, to be found, selected and read aloud; there is no element for each line. */
import { PLAIN } from "./colours.js";

const CHUNK = { characters: 16_384, lines: 300, blocks: 60 };
const LINE_EM = 1.55; // the console's line height

export class Paper {
  constructor(element) {
    this.element = element;
    this.clear();
  }

  clear() {
    this.element.replaceChildren();
    this.chunk = this.block = null;
    this.text = "";
    this.open = [];
  }

  /** Adds a line; `broken` says whether a line break ends it. */
  add(kind, runs, broken = true) {
    this.lift();
    this.turn(kind);
    for (const run of runs) this.print(run);
    if (broken) this.text += "\n";
    const length = runs.reduce((sum, { text }) => sum + text.length, 1);
    this.chunk.characters += length;
    this.chunk.lines += 1;
    this.chunk.isFull = this.chunk.characters > CHUNK.characters || this.chunk.lines >= CHUNK.lines;
    this.isBroken = broken;
  }

  /** Shows the line that is still being written; the next call of any kind takes it back. */
  show(kind, runs) {
    this.lift();
    if (!runs.length) return;
    this.turn(kind);
    this.settle();
    this.open = runs.map(({ style, text }) => make(style, text));
    this.block.append(...this.open);
  }

  /** A block of its own, such as a picture. */
  place(kind, node) {
    this.lift();
    this.settle();
    this.start(kind);
    this.block.append(node);
    this.block = null;
    this.chunk.lines += 1;
  }

  /** Puts what was gathered into the page. */
  settle() {
    if (this.text) this.block.append(this.text);
    this.text = "";
  }

  lift() {
    for (const node of this.open) node.remove();
    this.open = [];
  }

  print({ style, text }) {
    if (style === PLAIN) this.text += text;
    else {
      this.settle();
      this.block.append(make(style, text));
    }
  }

  turn(kind) {
    if (this.block?.className === kind && !this.chunk.isFull) return;
    const goesOn = this.block?.className === kind;
    this.settle();
    this.start(kind);
    if (goesOn) this.block.dataset.follows = this.isBroken ? "line" : "part";
  }

  start(kind) {
    if (!this.chunk || this.chunk.isFull || this.chunk.blocks >= CHUNK.blocks) this.renew();
    this.block = document.createElement("div");
    this.block.className = kind;
    if (kind === "stderr") this.block.title = "Written to stderr";
    this.chunk.element.append(this.block);
    this.chunk.blocks += 1;
  }

  renew() {
    this.close();
    this.chunk = { element: document.createElement("div"), characters: 0, lines: 0, blocks: 0, isFull: false };
    this.chunk.element.className = "chunk";
    this.element.append(this.chunk.element);
  }

  /** A chunk that is done may be skipped while it is out of sight: its height is told beforehand. */
  close() {
    if (!this.chunk) return;
    this.chunk.element.style.containIntrinsicBlockSize = `auto ${(this.chunk.lines * LINE_EM).toFixed(2)}em`;
    this.chunk.element.classList.add("done");
  }
}

function make(style, text) {
  if (style === PLAIN) return document.createTextNode(text);
  const span = document.createElement("span");
  span.className = style.className;
  span.textContent = text;
  return span;
}

/** The blocks of a console, in order. */
export function listBlocks(element) {
  return element.querySelectorAll(".chunk > div");
}

/** All that a console shows, as text; a picture by its name. */
export function readAll(element) {
  const read = (block) => (block.className === "figure" ? `[figure: ${block.firstElementChild.alt}]\n` : block.textContent);
  let all = "";
  for (const block of listBlocks(element)) all += (all && !all.endsWith("\n") && block.dataset.follows !== "part" ? "\n" : "") + read(block);
  return all;
}
