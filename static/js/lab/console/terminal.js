/* Text as a terminal takes it: colours and weights, carriage returns that write a line anew, erasing to a line's end.
   What moves the cursor to other lines is left out. */
import { PLAIN, restyle } from "./colours.js";

const TOKEN = /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]|[\r\n\b]|[^\u0000-\u0008\u000a-\u001f\u007f]+/g;
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]{0,2000}\u001b?)?$/;
const LONGEST = 4000; // a line without end is shown in lengths that can be laid out one by one

export class Terminal {
  /** `commit(kind, runs, broken)` gets each line that is done: runs of `{style, text}`, and whether a line break ends it. */
  constructor(commit) {
    this.commit = commit;
    this.style = PLAIN;
    this.kind = null;
    this.rest = "";
    this.begin();
  }

  begin() {
    this.runs = [];
    this.length = this.column = 0;
  }

  /** Takes a piece of what was printed; a line, and an escape sequence, may come in several. */
  write(kind, text) {
    if (kind !== this.kind) this.change(kind);
    const whole = this.rest + text;
    this.rest = UNFINISHED.exec(whole)?.[0] ?? "";
    for (const token of whole.slice(0, whole.length - this.rest.length).matchAll(TOKEN)) this.take(token);
  }

  /** Ends a line that is still open, because something else comes. */
  change(kind) {
    if (this.length) this.end(true);
    this.rest = "";
    this.style = PLAIN;
    this.kind = kind;
  }

  end(broken) {
    this.commit(this.kind, this.runs, broken);
    this.begin();
  }

  take([text, parameters, order]) {
    if (text === "\n") this.end(true);
    else if (text === "\r") this.column = 0;
    else if (text === "\b") this.column = Math.max(0, this.column - 1);
    else if (order === "m") this.style = restyle(this.style, parameters);
    else if (order === "K") this.erase(parameters);
    else if (text[0] !== "\u001b") this.put(text);
  }

  put(text) {
    for (let from = 0; from < text.length; ) {
      const piece = text.slice(from, from + LONGEST - this.column);
      this.place(piece);
      from += piece.length;
      if (this.column >= LONGEST) this.end(false);
    }
  }

  place(text) {
    const last = this.runs.at(-1);
    if (this.column < this.length) this.runs = [...cut(this.runs, 0, this.column), { style: this.style, text }, ...cut(this.runs, this.column + text.length, Infinity)];
    else if (last?.style === this.style) last.text += text;
    else this.runs.push({ style: this.style, text });
    this.column += text.length;
    this.length = Math.max(this.length, this.column);
  }

  erase(how) {
    this.runs = how === "2" ? [] : cut(this.runs, how === "1" ? this.column : 0, how === "1" ? Infinity : this.column);
    this.length = this.runs.reduce((sum, { text }) => sum + text.length, 0);
    this.column = Math.min(this.column, this.length);
  }
}

/** What of these runs stands in the columns from `from` up to `to`. */
function cut(runs, from, to) {
  let column = 0;
  return runs.flatMap(({ style, text }) => {
    const part = text.slice(Math.max(0, from - column), Math.max(0, to - column));
    column += text.length;
    return part ? [{ style, text: part }] : [];
  });
}
