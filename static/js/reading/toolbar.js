/* The toolbar that comes up beside selected words: mouse, touch and keyboard select alike. */
import { make } from "./making.js";
import { describeRange } from "./passages.js";

const SETTLED_MS = 250;

/** `acts`: label → what is done with the passage (and its range). Answers a function that moves the focus to the toolbar if it is shown. */
export function offerToolbar(acts) {
  let anchor = null;
  let marked = null;
  const buttons = Object.entries(acts).map(([label, act]) => make("button", { type: "button", class: "tool", onclick: () => use(act) }, label));
  const bar = make("div", { class: "passage-tools", role: "toolbar", ariaLabel: "For the marked words", hidden: true }, ...buttons);
  bar.addEventListener("pointerdown", (event) => event.preventDefault()); // else the selection would go before the click
  bar.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.querySelector(".chapter").append(bar);

  let timer;
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLED_MS);
  });

  function look() {
    const selection = getSelection();
    if (bar.contains(document.activeElement)) return;
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    anchor = range && isText(range) ? describeRange(range) : null;
    marked = range?.cloneRange();
    bar.hidden = !anchor;
    if (anchor) place(range);
  }

  function isText(range) {
    const text = document.querySelector(".chapter-text");
    return text?.contains(range.startContainer) && !range.startContainer.parentElement?.closest("form, input, textarea");
  }

  function place(range) {
    const [words, page] = [[...range.getClientRects()].at(-1) ?? range.getBoundingClientRect(), document.querySelector(".chapter").getBoundingClientRect()];
    const left = Math.min(Math.max(words.left, 8), innerWidth - bar.offsetWidth - 8);
    bar.style.setProperty("--left", `${left - page.left}px`);
    bar.style.setProperty("--top", `${words.bottom - page.top + 10}px`);
  }

  function use(act) {
    const chosen = anchor;
    hide();
    getSelection().removeAllRanges();
    if (chosen) act(chosen, marked);
  }

  function hide() {
    bar.hidden = true;
    anchor = null;
  }

  return () => {
    if (!bar.hidden) buttons[0].focus();
    return !bar.hidden;
  };
}
