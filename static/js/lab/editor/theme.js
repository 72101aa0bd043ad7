/* How the editor looks: the tokens of the site, which reach into its shadow root. Words have the colours that listings give
   them (components/listing.css): Pygments and CodeMirror name them differently and read the same variables. */
import { EditorView } from "@codemirror/view";

const words = {
  ".tok-keyword, .tok-bool, .tok-atom": { color: "var(--code-keyword)" },
  ".tok-string, .tok-string2": { color: "var(--code-string)" },
  ".tok-number": { color: "var(--code-number)" },
  ".tok-definition, .tok-className, .tok-macroName": { color: "var(--code-name)" },
  ".tok-typeName, .tok-meta": { color: "var(--code-builtin)" },
  ".tok-comment": { color: "var(--code-comment)", fontStyle: "italic" },
};

const frame = {
  "&": { height: "100%", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" }, // the host shows it, like every field of the site
  ".cm-scroller": { fontFamily: "var(--mono)", fontVariantLigatures: "none", lineHeight: "1.55" },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
  ".cm-gutters": { border: "0", backgroundColor: "var(--paper-sunk)", color: "var(--ink-soft)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.4rem", padding: "0 0.4rem 0 0.5rem", fontSize: "0.85em", lineHeight: "1.82" },
  "& ::selection, & .cm-line::selection": { backgroundColor: "color-mix(in oklab, var(--ember) 28%, transparent)" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--ink) 4%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--lake-wash)", outline: "1px solid var(--lake)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-wash)", outline: "1px solid var(--bad)" },
  ".cm-selectionMatch": { backgroundColor: "var(--lake-wash)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-wash)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--ember-wash)", outline: "2px solid var(--ember)" },
};

const pointing = {
  ".cm-problem": { backgroundColor: "var(--bad-wash) !important", boxShadow: "inset 3px 0 0 var(--bad)" },
  ".cm-problem-number": { color: "var(--bad)", fontWeight: "700" },
  ".cm-lineNumbers .cm-problem-number::before": { content: '"✕ "' },
  ".cm-message": { padding: "0.15rem 0 0.25rem 0.5rem", backgroundColor: "var(--bad-wash)", color: "var(--bad)", boxShadow: "inset 3px 0 0 var(--bad)", font: "600 0.92em / 1.5 var(--sans)", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-message > span": { display: "block", position: "sticky", left: "0.5rem", width: "fit-content", maxWidth: "calc(100cqi - 5rem)" },
  ".cm-lit": { backgroundColor: "var(--lake-wash) !important", boxShadow: "inset 3px 0 0 var(--lake)" },
};

const panels = {
  ".cm-panels": { backgroundColor: "var(--paper-raised)", color: "var(--ink)", borderColor: "var(--rule)", fontFamily: "var(--sans)" },
  ".cm-panel.cm-search": { padding: "0.4rem 0.6rem" },
  ".cm-panel.cm-search label": { fontSize: "0.85rem" },
  ".cm-textfield": { minHeight: "1.9rem", border: "1px solid var(--edge)", borderRadius: "var(--radius-small)", backgroundColor: "var(--paper)", fontSize: "0.9rem" },
  ".cm-button": { minHeight: "1.9rem", border: "1px solid var(--edge)", borderRadius: "var(--radius-small)", background: "none", color: "inherit", fontSize: "0.85rem" },
  ".cm-panel.cm-search [name=close]": { minWidth: "1.75rem", minHeight: "1.75rem", color: "inherit", fontSize: "1.2rem" },
  ".cm-panels :focus-visible": { outline: "3px solid var(--ember)", outlineOffset: "1px" },
};

const forced = { "@media (forced-colors: active)": { ".cm-problem, .cm-lit": { outline: "1px solid Highlight" } } };

export const theme = EditorView.theme({ ...words, ...frame, ...pointing, ...panels, ...forced });
