/* CodeMirror in the place of the textarea. It lives in a shadow root: there its styles are constructed sheets, which the
   site's policy (no style element without a nonce, and no nonces) allows. Loaded by editor.js when it is wanted. */
import { defaultKeymap, history, historyKeymap, indentWithTab, simplifySelection } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { heedLine } from "./heeding.js";
import { light, mark, marks } from "./marks.js";
import { INDENT } from "./plain.js";
import { theme } from "./theme.js";

const LEAVING_MS = 600_000; // after Escape the next Tab leaves, however long somebody takes to press it

export class Code {
  constructor(area, callbacks) {
    Object.assign(this, { area, callbacks });
    this.comparison = new Compartment();
    this.original = null;
    const had = { focus: document.activeElement === area, top: area.scrollTop, anchor: area.selectionStart, head: area.selectionEnd };
    this.attributes = { "aria-label": nameOf(area) }; // asked for now: the label lets go of the textarea
    this.host = makeHost(area);
    const root = this.host.attachShadow({ mode: "open" });
    root.append(makeHint(area));
    this.view = new EditorView({ state: this.begin(area.value), parent: root, root });
    this.takePlace(had);
  }

  /** The label names the editor now; the textarea keeps its place in the form. */
  takePlace({ focus, top, anchor, head }) {
    for (const label of this.area.labels) label.removeAttribute("for");
    this.area.hidden = true;
    const { length } = this.view.state.doc;
    this.view.dispatch({ selection: { anchor: Math.min(anchor, length), head: Math.min(head, length) } });
    if (focus) this.view.focus();
    this.view.scrollDOM.scrollTop = top;
  }

  begin(text) {
    const { onRun } = this.callbacks;
    return EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => (onRun(), true) }, { mac: "Ctrl-Enter", run: () => (onRun(), true) }, { key: "Escape", run: letLeave }])),
        keymap.of([indentWithTab, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
        [lineNumbers(), history(), pythonLanguage, syntaxHighlighting(classHighlighter), bracketMatching(), indentOnInput(), highlightActiveLine()],
        [search({ top: true }), highlightSelectionMatches(), indentUnit.of(INDENT), EditorState.tabSize.of(4)],
        [marks, heedLine((line) => this.callbacks.onLine(line)), theme, this.comparison.of([])],
        EditorState.readOnly.of(this.area.readOnly),
        EditorView.contentAttributes.of({ ...this.attributes, tabindex: "0", "aria-describedby": "hint", "aria-readonly": String(this.area.readOnly), spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && this.callbacks.onChange(update.state.doc.toString())),
      ],
    });
  }

  open(text) {
    this.original = null;
    this.view.setState(this.begin(text));
  }

  replace(text) {
    const { doc } = this.view.state;
    if (doc.toString() === text) return;
    this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, selection: { anchor: 0 }, userEvent: "input.replace" });
  }

  focus({ preventScroll = false } = {}) {
    this.view.contentDOM.focus({ preventScroll });
  }

  mark(problem) {
    this.view.dispatch({ effects: mark.of(problem) });
    if (problem) this.reveal(this.view.state.doc.line(problem.line).from);
  }

  light(lines) {
    this.view.dispatch({ effects: light.of(lines) });
    const { doc } = this.view.state;
    if (lines.length && lines[0] <= doc.lines) this.reveal(doc.line(lines[0]).from);
  }

  async compare(original) {
    this.original = original;
    const { compareTo, findPlaces } = await import("./comparison.js");
    if (this.original !== original) return 0; // asked for something else meanwhile
    this.view.dispatch({ effects: this.comparison.reconfigure(original === null ? [] : compareTo(original)) });
    const places = original === null ? [] : findPlaces(this.view.state);
    if (places.length) this.reveal(places[0]);
    return places.length;
  }

  /** Brings a position into view here, and leaves the page where it is: somebody may be reading elsewhere on it. */
  reveal(position) {
    const { scrollDOM } = this.view;
    const { top, bottom } = this.view.lineBlockAt(position);
    if (top < scrollDOM.scrollTop || bottom > scrollDOM.scrollTop + scrollDOM.clientHeight) scrollDOM.scrollTop = top - scrollDOM.clientHeight / 3;
  }
}

function makeHost(area) {
  const host = document.createElement("div");
  host.className = `${area.className} code-editor`;
  area.after(host);
  return host;
}

/* What describes the textarea stands outside of the shadow root, where ids of inside do not reach. */
function makeHint(area) {
  const words = area.getAttribute("aria-describedby")?.split(" ").map((id) => document.getElementById(id)?.textContent ?? "") ?? [];
  return Object.assign(document.createElement("p"), { id: "hint", hidden: true, textContent: words.join(" ").replace(/\s+/g, " ").trim() });
}

function nameOf(area) {
  return area.getAttribute("aria-label") ?? area.labels[0]?.textContent ?? "Code";
}

function letLeave(view) {
  simplifySelection(view);
  view.setTabFocusMode(LEAVING_MS);
  return true;
}
