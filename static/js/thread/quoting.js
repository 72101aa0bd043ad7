/* Words of a post that are marked can be quoted: a button comes up beside them, and puts them into the reply to that post. */
import { make } from "../reading/making.js";
import { openReply } from "./replies.js";

const button = make("button", { type: "button", class: "button button--small quote-button", hidden: true, onclick: quote }, "Quote in a reply");
document.body.append(button);

function find() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const start = range.commonAncestorContainer;
  const body = (start.nodeType === Node.ELEMENT_NODE ? start : start.parentElement).closest(".post .body");
  const post = body?.closest(".post");
  return post?.querySelector("[data-reply]") && selection.toString().trim() ? { post, range, words: selection.toString().trim() } : null;
}

function place() {
  const found = find();
  button.hidden = !found;
  if (!found) return;
  const box = found.range.getBoundingClientRect();
  button.style.top = `${Math.max(scrollY + box.bottom + 6, 0)}px`;
  button.style.left = `${Math.min(Math.max(scrollX + box.left, 8), document.documentElement.clientWidth - button.offsetWidth - 8)}px`;
}

function quote() {
  const found = find();
  if (!found) return;
  const composer = openReply(found.post);
  composer?.append(found.words.replace(/\n{2,}/g, "\n\n").replace(/^/gm, "> "));
  composer?.scrollIntoView({ block: "nearest" });
  getSelection().removeAllRanges();
  button.hidden = true;
}

document.addEventListener("selectionchange", () => {
  clearTimeout(place.timer);
  place.timer = setTimeout(place, 150);
});
button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
