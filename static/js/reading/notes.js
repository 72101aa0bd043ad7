/* Notes, highlights and bookmarks on the chapter page. They come after the page, which is the same with and without them. */
import { make } from "./making.js";
import { pointAt, show } from "./painting.js";
import { attempt, makePanel } from "./panel.js";
import { LONGEST, linkTo } from "./passages.js";
import { copy, say } from "./saying.js";
import { Shelf } from "./shelf.js";
import { discuss } from "./talks.js";
import { offerToolbar } from "./toolbar.js";

const PENDING = "marked"; // words that a visitor wanted to mark, kept while they log in
const FRESH_MS = 20_000;

export function startNotes(tools) {
  const { login } = tools.dataset;
  const notes = login ? null : openNotes(tools);
  const later = (anchor) => (keepForLater(anchor), askToLogIn(login));
  const short = (act) => (anchor) => (anchor.quote.length > LONGEST ? tooLong() : act(anchor));
  const focusToolbar = offerToolbar({
    Highlight: short(notes?.highlight ?? later),
    Note: short(notes?.write ?? later),
    Discuss: discuss,
    "Copy link": (anchor) => copy(linkTo(anchor), "The link to these words is copied."),
  });
  // Ahead of the key's own act: with words marked, “m” is about them.
  document.addEventListener("keydown", (event) => event.key === "m" && isPlain(event) && focusToolbar() && event.preventDefault(), { capture: true });
}

function isPlain(event) {
  return localStorage.getItem("keys") !== "off" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.("input, textarea, select, dialog");
}

function openNotes(tools) {
  const shelf = new Shelf(tools.dataset);
  let ranges = new Map();
  const draw = () => (ranges = show(shelf.notes));
  const point = (note) => lead(ranges.get(note.id), note);
  const panel = makePanel(shelf, { range: (note) => ranges.get(note.id), point, here, pages: tools.dataset.pages, changed: draw, retry: load });
  const button = tools.querySelector("[data-key=n]");
  const bookmark = tools.querySelector("form button");
  let asked = 0;

  async function load() {
    asked = Date.now();
    try {
      await shelf.fetch();
      draw();
      panel.draw();
      tellBookmark();
      button.dataset.count = shelf.notes.length || "";
    } catch (refusal) {
      const words = refusal.status ? refusal.message : "Your notes cannot be fetched: the server cannot be reached. Check your connection, then try again.";
      panel.fail(words);
      failed = words;
    }
  }

  let failed = null;
  const open = (event) => {
    event.preventDefault();
    panel.open();
    if (failed) panel.fail(failed);
    failed = null;
  };

  function tellBookmark() {
    bookmark.ariaPressed = String(shelf.bookmarks.has(""));
    bookmark.textContent = shelf.bookmarks.has("") ? "Bookmarked" : "Bookmark";
  }

  button.addEventListener("click", open);
  bookmark.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kept = !shelf.bookmarks.has("");
    attempt(() => shelf.mark("", kept), () => (tellBookmark(), say(kept ? "The chapter is bookmarked: you find it on the home page." : "The chapter is not bookmarked any more.")));
  });
  document.querySelector(".chapter-text").addEventListener("click", (event) => {
    const note = shelf.notes.find((each) => isOn(event, ranges.get(each.id)));
    if (note) panel.focus(note);
  });
  document.addEventListener("place", () => panel.tellPlace());
  document.addEventListener("htmx:after:swap", draw);
  addEventListener("visibilitychange", () => !document.hidden && !panel.isBusy() && Date.now() - asked > FRESH_MS && load());
  load().then(() => takeUpPending((anchor) => panel.begin(shelf.begin(anchor))));

  return {
    write: (anchor) => panel.begin(shelf.begin(anchor)),
    highlight: (anchor) => {
      const same = shelf.notes.find((each) => each.section === anchor.section && each.start === anchor.start && each.quote === anchor.quote);
      if (same) return panel.focus(same);
      const note = shelf.begin(anchor);
      return attempt(() => shelf.keep(note), (kept) => (draw(), panel.draw(), say("Highlighted.", { action: offerWords(kept) })));
    },
  };

  function offerWords(kept) {
    return make("button", { type: "button", class: "button button--small button--quiet", onclick: () => panel.focus(kept) }, "Show in your notes");
  }
}

/** The section that has the focus, else the one that is being read. */
function here() {
  const current = document.querySelector(".contents [aria-current]")?.hash.slice(1);
  const section = document.activeElement?.closest?.(".section") ?? document.getElementById(current) ?? document.querySelector(".section");
  const title = document.querySelector(`.contents a[href="#${CSS.escape(section.id)}"]`)?.textContent ?? section.id;
  return { key: section.id, title };
}

function lead(range, note) {
  const element = range ? range.startContainer.parentElement : document.getElementById(note.section);
  const folded = element?.closest("details:not([open])");
  if (folded) folded.open = true;
  element?.scrollIntoView({ block: range ? "center" : "start" });
  if (range) pointAt(range);
}

/** Whether a click that did nothing else was on this passage. */
function isOn(event, range) {
  if (!range || event.target.closest("a, button, input, label, summary, form") || !getSelection().isCollapsed) return false;
  const spot = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const caret = spot ? { node: spot.offsetNode, offset: spot.offset } : fromRange(document.caretRangeFromPoint?.(event.clientX, event.clientY));
  if (!caret || !range.isPointInRange(caret.node, caret.offset)) return false;
  return [...range.getClientRects()].some((box) => event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom);
}

function fromRange(range) {
  return range && { node: range.startContainer, offset: range.startOffset };
}

function tooLong() {
  say(`That is more than ${LONGEST.toLocaleString("en-GB")} characters. Mark less, or write a note on the section.`, { stays: true });
}

function keepForLater(anchor) {
  sessionStorage.setItem(PENDING, JSON.stringify({ path: location.pathname, anchor }));
}

function askToLogIn(login) {
  const action = make("a", { class: "button button--small", href: login }, "Log in");
  say("Log in to keep notes: what you marked waits for you here.", { action });
}

function takeUpPending(begin) {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  if (pending?.path !== location.pathname) return;
  sessionStorage.removeItem(PENDING);
  begin(pending.anchor);
}
