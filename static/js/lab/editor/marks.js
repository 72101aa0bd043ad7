/* Lines that are pointed out: where a run failed, with its message below, and those that something beside the code means. */
import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, WidgetType, gutterLineClass } from "@codemirror/view";

/** `{ line, message }`, or null for none. */
export const mark = StateEffect.define();
/** Numbers of lines, from 1. */
export const light = StateEffect.define();

class Message extends WidgetType {
  constructor(words) {
    super();
    this.words = words;
  }

  eq(other) {
    return other.words === this.words;
  }

  toDOM() {
    const block = Object.assign(document.createElement("div"), { className: "cm-message" });
    block.append(Object.assign(document.createElement("span"), { textContent: this.words })); // stays in view beside long lines
    return block;
  }

  get estimatedHeight() {
    return 28;
  }
}

class ProblemNumber extends GutterMarker {
  elementClass = "cm-problem-number";
}

const problemLine = Decoration.line({ class: "cm-problem" });
const litLine = Decoration.line({ class: "cm-lit" });
const problemNumber = new ProblemNumber();

/* A line that is changed is another line: what was said of it no longer holds. */
const problem = StateField.define({
  create: () => null,
  update(problem, { effects, changes, docChanged, startState, state }) {
    const told = effects.findLast((effect) => effect.is(mark));
    if (told) return told.value && place(state.doc, state.doc.line(told.value.line).from, told.value.message);
    if (!problem || !docChanged) return problem;
    const { from, to } = startState.doc.lineAt(problem.from);
    return changes.touchesRange(from, to) ? null : place(state.doc, changes.mapPos(from, 1), problem.message);
  },
  provide: (field) => [
    EditorView.decorations.from(field, (problem) => problem?.shown ?? Decoration.none),
    gutterLineClass.from(field, (problem) => (problem ? RangeSet.of([problemNumber.range(problem.from)]) : RangeSet.empty)),
  ],
});

const lit = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) if (effect.is(light)) return glow(transaction.state.doc, effect.value);
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const marks = [problem, lit];

function place(doc, from, message) {
  const below = Decoration.widget({ widget: new Message(message), block: true, side: 1 });
  return { from, message, shown: Decoration.set([problemLine.range(from), below.range(doc.lineAt(from).to)]) };
}

function glow(doc, lines) {
  const known = [...new Set(lines)].filter((line) => line >= 1 && line <= doc.lines).sort((a, b) => a - b);
  return Decoration.set(known.map((line) => litLine.range(doc.line(line).from)));
}
