/* The text that is written: a working textarea from the first moment, CodeMirror over it when it has come. The textarea
   stays the form's field and is kept in step. */
import { overwrite } from "../lab/editor/plain.js";

const HEADING = /^## (.*?)(?: *\{#([^}]+)\})? *$/;
const PLACE = /^(?:## .*\{#([^}]+)\}|::: *[a-z]+ +([a-z0-9-]+))/;

export class Text {
  /** `words` describe the dialect. The callbacks are called without arguments. */
  constructor(area, words, callbacks) {
    Object.assign(this, { area, words, callbacks, problems: [], editor: null });
    area.addEventListener("input", () => callbacks.onChange());
    area.addEventListener("keydown", (event) => this.obey(event));
    for (const moved of ["click", "keyup"]) area.addEventListener(moved, () => callbacks.onMove());
  }

  get value() {
    return this.area.value;
  }

  /** The line of the cursor, from 1. */
  get line() {
    return this.editor?.line ?? this.value.slice(0, this.area.selectionStart).split("\n").length;
  }

  /** The ids that stand above the cursor, the nearest first. */
  get places() {
    return this.above(PLACE).map((found) => found[1] ?? found[2]);
  }

  /** The title of the section that the cursor is in. */
  get section() {
    return this.above(HEADING)[0]?.[1] ?? "";
  }

  above(pattern) {
    const lines = this.value.split("\n").slice(0, this.line).reverse();
    return lines.map((line) => pattern.exec(line)).filter(Boolean);
  }

  /** Puts `text` in the place of everything, as one change that undo takes back. */
  replace(text) {
    if (this.editor) this.editor.replace(text);
    else overwrite(this.area, text);
  }

  /** Puts a block of its own behind the line of the cursor, and the cursor behind it. */
  insert(block) {
    if (this.editor) return this.editor.insert(block);
    const lines = this.value.split("\n");
    lines.splice(this.line, 0, ...`\n${block}`.split("\n"));
    overwrite(this.area, lines.join("\n"));
  }

  goTo(line) {
    if (this.editor) return this.editor.goTo(line);
    const start = this.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    this.area.focus();
    this.area.setSelectionRange(start, start);
  }

  mark(problems) {
    this.problems = problems;
    this.editor?.mark(problems);
  }

  /** Resolves when CodeMirror is there; without it the textarea goes on. */
  async load() {
    try {
      const { Markdown } = await import("./markdown.js");
      this.editor = new Markdown(this.area, this.words, {
        ...this.callbacks,
        onChange: (text) => {
          this.area.value = text;
          this.callbacks.onChange();
        },
      });
      this.editor.mark(this.problems);
    } catch (error) {
      console.info("The editor could not be loaded; the plain field goes on.", error);
    }
  }

  obey(event) {
    const key = (event.ctrlKey || event.metaKey) && { s: "onKeep", Enter: "onPreview" }[event.key];
    if (!key) return;
    event.preventDefault();
    this.callbacks[key]();
  }
}
