/* Shows marked passages: by the browser's own highlights, which leave the text as it is, or where it has none by <mark>. */
import { make } from "./making.js";
import { findAll } from "./passages.js";

const KINDS = ["important", "question", "try"];
const hasHighlights = Boolean(globalThis.Highlight && CSS.highlights);

/** Shows these notes instead of those before; answers where each stands now, as ranges by note id. */
export function show(notes) {
  if (!hasHighlights) wrap(notes);
  const ranges = findAll(notes);
  if (hasHighlights) highlight(notes, ranges);
  return ranges;
}

/** Points one passage out for a moment. */
export function pointAt(range) {
  if (!hasHighlights) return;
  CSS.highlights.set("note-here", new Highlight(range));
  setTimeout(() => CSS.highlights.delete("note-here"), 2000);
}

function highlight(notes, ranges) {
  for (const kind of KINDS) {
    const marked = notes.filter((note) => note.kind === kind && ranges.has(note.id));
    CSS.highlights.set(`note-${kind}`, new Highlight(...marked.map((note) => ranges.get(note.id))));
  }
}

/** Each is sought by itself: wrapping one passage splits the nodes in which another stands. */
function wrap(notes) {
  for (const mark of document.querySelectorAll("mark.note-mark")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
  for (const note of notes) {
    const range = findAll([note]).get(note.id);
    if (range) wrapRange(range, note.kind);
  }
}

function wrapRange(range, kind) {
  const root = range.commonAncestorContainer;
  const walker = document.createTreeWalker(root.nodeType === Node.TEXT_NODE ? root.parentNode : root, NodeFilter.SHOW_TEXT);
  const pieces = [];
  while (walker.nextNode()) if (range.intersectsNode(walker.currentNode)) pieces.push(walker.currentNode);
  for (const node of pieces) {
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.length;
    if (to <= from || node.parentNode.closest("button, form")) continue;
    const piece = node.splitText(from);
    piece.splitText(to - from);
    const mark = make("mark", { class: "note-mark", "data-kind": kind });
    piece.replaceWith(mark);
    mark.append(piece);
  }
}
