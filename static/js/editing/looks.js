/* How chapters look while they are written, beside what lab/editor/theme.js says of every editor. */
import { EditorView } from "@codemirror/view";

export const looks = EditorView.theme({
  ".tok-heading": { color: "var(--ink)", fontWeight: "700" },
  ".tok-strong": { fontWeight: "700" },
  ".tok-emphasis": { fontStyle: "italic" },
  ".tok-link": { color: "var(--lake)" },
  ".tok-url": { color: "var(--code-string)" },
  ".cm-front *": { fontWeight: "400 !important" },
  ".cm-directive, .cm-directive *": { color: "var(--code-keyword) !important" },
  ".cm-gutter-lint": { width: "1.1rem" },
  ".cm-lint-marker": { width: "0.8rem", height: "0.8rem" },
  ".cm-lint-marker-error": { content: "none", borderRadius: "50%", backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": { content: "none", backgroundColor: "var(--warn)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy 1.5px var(--bad)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy 1.5px var(--warn)" },
  ".cm-tooltip": { maxWidth: "min(30rem, 90cqi)", border: "1px solid var(--rule)", borderRadius: "var(--radius-small)", backgroundColor: "var(--paper-raised)", color: "var(--ink)", boxShadow: "var(--shadow)", fontFamily: "var(--sans)" },
  ".cm-diagnostic": { padding: "0.4rem 0.7rem" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--warn)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.3rem 0.7rem", minHeight: "1.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--ember)", color: "var(--on-ember)" },
  ".cm-tooltip .cm-completionInfo": { padding: "0.4rem 0.7rem" },
  ".cm-snippetField": { backgroundColor: "var(--lake-wash)" },
});
