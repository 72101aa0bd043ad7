/* The panel at the side that lists a chapter's notes: it opens beside the text and leaves that usable. */
import { showNote, writeNote } from "./entries.js";
import { make } from "./making.js";
import { say } from "./saying.js";

/** `passages` answers the range of a note, `pages` is where all notes are; `changed` is called after every change. */
export function makePanel(shelf, { range, point, here, pages, changed, retry }) {
  const list = make("ol", { class: "notes" });
  const status = make("div", { class: "notes-status", role: "status" });
  const heading = make("h2", { tabIndex: -1, id: "notes-title" }, "Your notes");
  const place = make("p", { class: "meta" });
  const write = make("button", { type: "button", class: "button button--small button--quiet", "data-key": "m", onclick: () => writeHere() }, "Note on this section");
  const mark = make("button", { type: "button", class: "button button--small button--quiet", "data-key": "b", onclick: () => toggle() }, "Bookmark this section");
  const close = make("button", { type: "button", class: "tool", onclick: () => shut(), ariaLabel: "Close your notes" }, "✕");
  const panel = make(
    "dialog",
    { class: "notes-panel", "aria-labelledby": "notes-title" },
    make("div", { class: "notes-head" }, heading, close),
    place,
    make("p", { class: "button-row" }, write, mark),
    status,
    list,
    make("p", {}, make("a", { href: pages }, "All your notes and bookmarks")),
  );
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.querySelector("form")?.querySelector("textarea")?.value) return;
    event.preventDefault();
    shut();
  });
  document.body.append(panel);
  let opener = null;

  function open() {
    if (!panel.open) opener = document.activeElement;
    if (!panel.open) panel.show();
    tellPlace();
    draw();
  }

  function shut() {
    panel.close();
    opener?.focus?.({ preventScroll: true });
  }

  function tellPlace() {
    const { key, title } = here();
    place.textContent = title ? `You are at “${title}”.` : "";
    mark.textContent = shelf.bookmarks.has(key) ? "Take the bookmark from this section" : "Bookmark this section";
  }

  function draw() {
    const order = (note) => [document.querySelector(`.contents a[href="#${CSS.escape(note.section)}"]`) ? 0 : 1, range(note)];
    const notes = [...shelf.notes].sort((one, other) => compare(order(one), order(other)));
    list.replaceChildren(...notes.map(entry));
    if (!notes.length) tell("Nothing is marked in this chapter yet. Select some words, then choose Highlight or Note.");
    else status.replaceChildren();
  }

  function entry(note) {
    const acts = { go: () => point(note), change: () => edit(note), remove: () => remove(note) };
    return showNote(note, range(note), acts);
  }

  function find(note) {
    return list.querySelector(`[data-note="${note.id}"]`);
  }

  function edit(note) {
    const save = async (words) => {
      focus(await shelf.change(note, words).catch((refusal) => {
        if (refusal.answer.newest) note = refusal.answer.newest; // saved again, it builds on what is there now
        throw refusal;
      }));
    };
    put(find(note), writeNote(note, { save, cancel: () => focus(note) }));
  }

  /** A new note, to be written before it is kept. */
  function begin(note) {
    open();
    const save = async (words) => focus(await shelf.keep({ ...note, ...words }));
    const form = writeNote(note, { save, cancel: () => (draw(), heading.focus()) });
    status.replaceChildren();
    list.prepend(form);
    form.querySelector("textarea").focus();
  }

  function put(old, fresh) {
    old.replaceWith(fresh);
    fresh.querySelector("textarea").focus();
  }

  /** Draws anew and leads to one note. */
  function focus(note) {
    changed();
    open();
    const entry = find(note);
    entry?.scrollIntoView({ block: "nearest" });
    entry?.querySelector("button")?.focus({ preventScroll: true });
  }

  async function remove(note) {
    try {
      await shelf.remove(note);
      changed();
      draw();
      const undo = make("button", { type: "button", class: "button button--small button--quiet", onclick: () => attempt(() => shelf.bringBack(note), () => focus(note)) }, "Undo");
      say("The note is deleted.", { action: undo });
      heading.focus();
    } catch (refusal) {
      say(refusal.message, { stays: true });
    }
  }

  function writeHere() {
    const { key, title } = here();
    begin({ ...shelf.begin({ section: key }), title });
  }

  async function toggle() {
    const { key, title } = here();
    const kept = !shelf.bookmarks.has(key);
    await attempt(() => shelf.mark(key, kept), () => say(kept ? `Bookmarked: ${title}` : `No bookmark any more: ${title}`));
    tellPlace();
  }

  function tell(words, action = null) {
    status.replaceChildren(make("p", {}, words), ...[action].filter(Boolean));
  }

  return {
    open: () => (open(), heading.focus()),
    begin,
    focus,
    draw: () => panel.open && !list.querySelector("form") && (tellPlace(), draw()),
    tellPlace: () => panel.open && tellPlace(),
    fail: (words) => tell(words, make("button", { type: "button", class: "button button--small", onclick: retry }, "Try again")),
    isBusy: () => list.querySelector("form") !== null,
  };
}

/** Does what the server may refuse; says why it did, and offers the same again where that may help. */
export async function attempt(act, then) {
  try {
    then(await act());
  } catch (refusal) {
    const again = make("button", { type: "button", class: "button button--small button--quiet", onclick: () => attempt(act, then) }, "Try again");
    say(refusal.message, { action: refusal.passing ? again : null, stays: true });
  }
}

function compare([gone, range], [otherGone, other]) {
  if (gone !== otherGone) return gone - otherGone;
  if (!range || !other) return Number(Boolean(range)) - Number(Boolean(other));
  return range.compareBoundaryPoints(Range.START_TO_START, other);
}
