/* Two texts side by side: what was published, to read; one's own, to write. Arrows take a change over. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { theme } from "../lab/editor/theme.js";

const looks = EditorView.theme({
  ".cm-changedLine": { backgroundColor: "var(--warn-wash) !important" },
  ".cm-changedText": { background: "none !important", textDecoration: "underline 2px var(--warn)", textUnderlineOffset: "0.2em" },
});

export class Sides {
  constructor(area, theirs, onChange) {
    const host = Object.assign(document.createElement("div"), { className: "merge-editor code-editor" });
    area.after(host);
    area.hidden = true;
    const root = host.attachShadow({ mode: "open" });
    const common = [lineNumbers(), EditorView.lineWrapping, theme, looks];
    const named = (name) => EditorView.contentAttributes.of({ "aria-label": name, tabindex: "0" });
    this.view = new MergeView({
      a: { doc: theirs, extensions: [...common, EditorState.readOnly.of(true), named("As published")] },
      b: {
        doc: area.value,
        extensions: [...common, history(), keymap.of([...historyKeymap, ...defaultKeymap]), named("Another text for this place"), EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString()))],
      },
      parent: root,
      root,
      revertControls: "a-to-b",
      renderRevertControl: () => Object.assign(document.createElement("button"), { type: "button", textContent: "→", title: "Take this over", ariaLabel: "Take this over" }),
    });
  }
}
