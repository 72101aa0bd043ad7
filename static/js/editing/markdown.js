/* CodeMirror for chapters, in a shadow root like the lab's (see lab/editor/code.js for why). */
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, simplifySelection } from "@codemirror/commands";
import { insertNewlineContinueMarkup, markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { pythonLanguage } from "@codemirror/lang-python";
import { indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { theme } from "../lab/editor/theme.js";
import { looks } from "./looks.js";
import { offerWords } from "./words.js";

const LEAVING_MS = 600_000; // after Escape the next Tab leaves, however long somebody takes to press it
const LONGEST_FRONT = 50;
const CODE = new Set(["python", "checks", "predict", "solution"]);

export class Markdown {
  constructor(area, words, callbacks) {
    Object.assign(this, { area, callbacks });
    const focused = document.activeElement === area;
    const host = Object.assign(document.createElement("div"), { className: "editing-source text-editor code-editor" });
    const name = area.labels[0]?.textContent ?? "Text";
    const hint = Object.assign(document.createElement("p"), { id: "hint", hidden: true, textContent: document.getElementById("editing-keys")?.textContent });
    area.after(host);
    const root = host.attachShadow({ mode: "open" });
    root.append(hint);
    this.view = new EditorView({ state: this.begin(area.value, name, words), parent: root, root });
    for (const label of area.labels) label.removeAttribute("for");
    area.hidden = true;
    area.required = false; // a hidden field cannot be pointed at; the server says what is missing
    if (focused) this.view.focus();
  }

  get line() {
    const { doc, selection } = this.view.state;
    return doc.lineAt(selection.main.head).number;
  }

  begin(doc, name, words) {
    const { onKeep, onPreview, onChange, onMove } = this.callbacks;
    return EditorState.create({
      doc,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-s", run: () => (onKeep(), true) }, { key: "Mod-Enter", run: () => (onPreview(), true) }])),
        Prec.high(keymap.of([...completionKeymap, { key: "Enter", run: insertNewlineContinueMarkup }])),
        keymap.of([{ key: "Escape", run: letLeave }, indentWithTab, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
        [lineNumbers(), history(), EditorView.lineWrapping, highlightActiveLine(), indentUnit.of("  "), EditorState.tabSize.of(4)],
        markdown({ base: markdownLanguage, addKeymap: false, completeHTMLTags: false, codeLanguages: (info) => (CODE.has(info) ? pythonLanguage : null) }),
        [syntaxHighlighting(classHighlighter), directives, front, search({ top: true }), highlightSelectionMatches()],
        [autocompletion({ override: [offerWords(words)], icons: false }), lintGutter(), theme, looks],
        EditorView.contentAttributes.of({ "aria-label": name, tabindex: "0", "aria-describedby": "hint", spellcheck: "true", autocapitalize: "sentences" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
          if (update.docChanged || update.selectionSet) onMove();
        }),
      ],
    });
  }

  replace(text) {
    const { doc } = this.view.state;
    this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, selection: { anchor: 0 }, userEvent: "input.replace" });
  }

  insert(block) {
    const { doc, selection } = this.view.state;
    const { to, text } = doc.lineAt(selection.main.head);
    const isBelow = selection.main.head > 0 && doc.lineAt(Math.max(doc.lineAt(selection.main.head).from - 1, 0)).text.trim();
    const before = text.trim() ? "\n\n" : isBelow ? "\n" : "";
    this.view.dispatch({ changes: { from: to, insert: `${before}${block}\n` }, selection: { anchor: to + before.length + block.length + 1 }, scrollIntoView: true, userEvent: "input.paste" });
    this.view.focus();
  }

  goTo(number) {
    const { doc } = this.view.state;
    const { from } = doc.line(Math.min(Math.max(number, 1), doc.lines));
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    this.view.focus();
  }

  /** `problems` as the server tells them: line and column from 1, length, severity, message. */
  mark(problems) {
    const { doc } = this.view.state;
    const found = problems.filter(({ line }) => line >= 1 && line <= doc.lines).map(({ line, column, length, severity, message }) => {
      const { from, to, text } = doc.line(line);
      const begin = Math.max(column - 1, 0);
      return { from: from + countUnits(text, begin), to: length ? from + countUnits(text, begin + length) : to, severity, message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }
}

/** How far so many characters reach: the server counts them whole, the editor in UTF-16. */
function countUnits(text, characters) {
  return [...text].slice(0, characters).join("").length;
}

/* Escape first closes what is open; then the next Tab leaves. */
function letLeave(view) {
  simplifySelection(view);
  view.setTabFocusMode(LEAVING_MS);
  return true;
}

/* Markdown takes the line below the front matter for one below a heading. */
const front = EditorView.decorations.compute(["doc"], ({ doc }) => {
  const lines = [];
  if (doc.line(1).text !== "---") return Decoration.none;
  for (let at = 2; at <= doc.lines && doc.line(at).text !== "---" && at < LONGEST_FRONT; at += 1) lines.push(frontLine.range(doc.line(at).from));
  return Decoration.set(lines);
});
const frontLine = Decoration.line({ class: "cm-front" });

const decorator = new MatchDecorator({ regexp: /^:::.*|\{#[a-z0-9-]+\}|^---$/gm, decoration: Decoration.mark({ class: "cm-directive" }) });
const directives = ViewPlugin.define(
  (view) => ({
    decorations: decorator.createDeco(view),
    update(update) {
      this.decorations = decorator.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);
