/* What a plain textarea lacks for code: Tab indents, Enter keeps the indent, Ctrl+Enter runs, Escape lets Tab leave. */
export const INDENT = "    ";

export function enrich(area, { onRun }) {
  let leaving = false;
  area.addEventListener("blur", () => (leaving = false));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) act(event, onRun);
    else if (area.readOnly) return; // Tab leaves what cannot be written in
    else if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey) act(event, () => indent(area, event.shiftKey));
    else if (event.key === "Enter" && !event.isComposing) act(event, () => breakLine(area));
    else if (event.key !== "Tab" && event.key !== "Shift") leaving = false;
  });
}

/** Puts `text` in the place of everything, so that undo brings back what was there. */
export function overwrite(area, text) {
  area.focus({ preventScroll: true });
  area.select();
  insert(area, text);
}

function act(event, verb) {
  event.preventDefault();
  verb();
}

/* `execCommand` is the one way to edit a textarea that keeps the browser's undo. */
function insert(area, text) {
  if (text) document.execCommand("insertText", false, text);
  else document.execCommand("delete");
}

function indent(area, back) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (start === end && !back) return insert(area, INDENT);
  const from = value.lastIndexOf("\n", start - 1) + 1;
  const lines = value.slice(from, end);
  const moved = back ? lines.replace(/^ {1,4}/gm, "") : lines.replace(/^(?=.)/gm, INDENT);
  if (moved === lines) return;
  area.setSelectionRange(from, end);
  insert(area, moved);
  if (start === end) area.setSelectionRange(Math.max(from, start + moved.length - lines.length), Math.max(from, start + moved.length - lines.length));
  else area.setSelectionRange(from, from + moved.length);
}

function breakLine(area) {
  const before = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
  const deeper = before.trimEnd().endsWith(":") ? INDENT : "";
  insert(area, `\n${before.match(/^ */)[0]}${deeper}`);
}
