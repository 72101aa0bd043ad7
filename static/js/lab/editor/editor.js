/* The code of the lab: a working textarea from the first moment, and CodeMirror over it as soon as it is in view or asked
   for. The textarea stays the form's field and stays in step, so that whoever reads it reads what is shown. */
import { enrich, overwrite } from "./plain.js";

/** Makes an editor of `area`. `onRun` and `onChange` are called without arguments; set `onLine` to hear of the line (from 1)
    under the pointer or the cursor, null for none. */
export function enhance(area, callbacks) {
  return new Editor(area, callbacks);
}

class Editor {
  constructor(area, { onRun = () => {}, onChange = () => {}, onLine = () => {} } = {}) {
    Object.assign(this, { area, onRun, onChange, onLine, problem: null, lit: [], code: null });
    enrich(area, { onRun: () => this.onRun() });
    area.addEventListener("input", () => this.onChange());
    area.addEventListener("focus", () => this.load());
    area.addEventListener("pointerover", () => this.load());
    this.loadInView();
  }

  get value() {
    return this.area.value;
  }

  /** Opens another text: its history begins here. */
  set value(text) {
    this.area.value = text;
    this.area.scrollTop = 0;
    Object.assign(this, { problem: null, lit: [] });
    this.code?.open(this.area.value);
  }

  /** Puts `text` in the place of everything, as one change that undo takes back. */
  replace(text) {
    if (this.code) this.code.replace(text);
    else overwrite(this.area, text);
  }

  focus(options) {
    (this.code ?? this.area).focus(options);
  }

  /** Marks where a run failed: `line` from 1, `message` below it. With `source`, only while that line still reads so. */
  mark(problem) {
    const text = this.value.split("\n")[problem.line - 1];
    if (text === undefined || (problem.source && text.trim() !== problem.source.trim())) return;
    this.problem = problem;
    if (this.code) this.code.mark(problem);
    else this.load();
  }

  clearMarks() {
    this.problem = null;
    this.code?.mark(null);
  }

  /** Lights up these lines (from 1), and no others. */
  light(lines) {
    this.lit = lines;
    this.code?.light(lines);
  }

  /** Shows in place what differs from `original`, null to stop; how many places. Raises when the view cannot be loaded. */
  async compare(original) {
    await this.load();
    if (!this.code) throw new Error("The comparison could not be loaded.");
    return this.code.compare(original);
  }

  /** Resolves when CodeMirror is there, or could not be loaded: then the textarea goes on, and the next turn tries again. */
  load() {
    this.loading ??= import("./code.js").then(
      ({ Code }) => this.rise(Code),
      () => (this.loading = null),
    );
    return this.loading;
  }

  loadInView() {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 200));
      idle(() => this.load());
    });
    seen.observe(this.area);
  }

  rise(Code) {
    this.code = new Code(this.area, {
      onRun: () => this.onRun(),
      onChange: (text) => {
        this.area.value = text;
        this.onChange();
      },
      onLine: (line) => this.onLine(line),
    });
    if (this.problem) this.mark(this.problem);
    this.code.light(this.lit);
  }
}
