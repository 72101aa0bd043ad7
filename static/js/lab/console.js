/* What the code prints, line by line. Holds the last lines only, follows the end unless the reader has scrolled up. */
const MAX_LINES = 2000;
const MAX_LINE = 4000;
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

export class Console {
  constructor(element) {
    this.element = element;
    this.clear();
    element.addEventListener("scroll", () => {
      this.following = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
    }, { passive: true });
  }

  clear() {
    this.element.replaceChildren();
    this.following = true;
    this.open = null;
    this.leftOut = null;
  }

  /** Appends a piece of output; a line may come in pieces, and a carriage return starts it over (progress bars do). */
  write(kind, text) {
    const pieces = text.replace(ANSI, "").replaceAll("\r\n", "\n").split("\n");
    const last = pieces.pop();
    for (const piece of pieces) {
      if (piece || !this.open) this.extend(kind, piece);
      this.open = null;
    }
    if (last) this.extend(kind, last);
    this.settle();
  }

  /** A sentence from us among the output. */
  aside(text) {
    this.append("aside", text);
    this.open = null;
    this.settle();
  }

  /** A picture that the code drew. */
  figure({ name, png, width, height }) {
    this.append("figure", "");
    this.open.append(Object.assign(new Image(width, height), { src: `data:image/png;base64,${png}`, alt: name || "A figure that the code drew" }));
    this.open = null;
    this.settle();
  }

  extend(kind, piece) {
    if (!this.open || this.open.className !== kind) this.append(kind, "");
    const parts = piece.split("\r");
    const line = parts.length > 1 ? (parts.findLast(Boolean) ?? "") : this.open.textContent + piece;
    this.open.textContent = line.slice(0, MAX_LINE);
  }

  append(kind, text) {
    const line = document.createElement("div");
    line.className = kind;
    if (kind === "stderr" && this.element.lastElementChild?.className !== "stderr") line.title = "Written to stderr";
    line.textContent = text;
    this.element.append(line);
    this.open = line;
  }

  settle() {
    this.bound();
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.following) this.element.scrollTop = this.element.scrollHeight;
    });
  }

  bound() {
    const surplus = this.element.childElementCount - MAX_LINES;
    if (surplus <= 0) return;
    if (!this.leftOut) {
      this.leftOut = document.createElement("div");
      this.leftOut.className = "aside";
      this.leftOut.textContent = `Only the last ${MAX_LINES.toLocaleString("en")} lines are shown.`;
      this.element.prepend(this.leftOut);
    }
    for (let line = 0; line < surplus; line += 1) this.leftOut.nextElementSibling.remove();
  }
}
