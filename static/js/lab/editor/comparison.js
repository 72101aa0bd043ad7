/* What differs from an earlier text, shown in the code itself: signs at the lines, what is gone struck out above. */
import { getChunks, unifiedMergeView } from "@codemirror/merge";
import { EditorView } from "@codemirror/view";

/** An extension that shows how the text differs from `original`. */
export function compareTo(original) {
  return [unifiedMergeView({ original, mergeControls: makeControl }), looks];
}

/** Where the text differs: the positions at which the differences begin. */
export function findPlaces(state) {
  return (getChunks(state)?.chunks ?? []).map(({ fromB }) => Math.min(fromB, state.doc.length));
}

/* A change can be taken back; it is already accepted, so there is nothing to press for that. */
function makeControl(type, action) {
  if (type === "accept") return document.createElement("span");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "cm-take-back", textContent: "Take back" });
  button.setAttribute("aria-label", "Take this change back");
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays where it is
  button.addEventListener("click", action);
  return button;
}

const looks = EditorView.theme({
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--good-wash)" },
  "&.cm-merge-b .cm-changedText": { background: "none", textDecoration: "underline 2px var(--good)", textUnderlineOffset: "0.25em" },
  "&.cm-merge-b .cm-changeGutter": { width: "1rem", padding: "0", textAlign: "center" },
  "&.cm-merge-b .cm-changedLineGutter": { background: "var(--good-wash)", color: "var(--good)", fontWeight: "700" },
  "&.cm-merge-b .cm-changedLineGutter::before": { content: '"+"' },
  "&.cm-merge-b .cm-deletedLineGutter": { background: "var(--bad-wash)", color: "var(--bad)", fontWeight: "700" },
  "&.cm-merge-b .cm-deletedLineGutter::before": { content: '"−"' },
  ".cm-deletedChunk": { padding: "0 0.75rem 0 0.5rem", backgroundColor: "var(--bad-wash)" },
  ".cm-deletedChunk .cm-deletedText": { background: "none !important", textDecoration: "line-through 1px var(--bad) !important" },
  ".cm-deletedChunk .cm-chunkButtons button.cm-take-back": { minHeight: "1.5rem", padding: "0 0.5rem", border: "1px solid var(--bad)", borderRadius: "var(--radius-small)", backgroundColor: "var(--paper-raised)", color: "var(--bad)", font: "600 0.8rem / 1.3 var(--sans)" },
  ".cm-take-back:focus-visible": { outline: "3px solid var(--ember)", outlineOffset: "1px" },
});
