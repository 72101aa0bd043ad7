/* “Reply” opens a form below its post; what was being written there stands open again after a reload. */
import { make } from "../reading/making.js";
import { makeToken } from "../requests.js";
import { listPlaces } from "./drafts.js";

const template = document.getElementById("composer");
const NAMES = ["id", "for", "aria-describedby", "aria-controls"];

/** The composer below a post; made when there is none. That of the thread's own post is the one below the thread. */
export function openReply(post) {
  if (post.dataset.depth === "0") return document.querySelector(".thread > kindling-composer");
  const link = post.querySelector("[data-reply]");
  const open = post.querySelector("kindling-composer");
  if (open || !link || !template) return open;
  const composer = template.content.querySelector("kindling-composer").cloneNode(true);
  const { reply } = link.dataset;
  composer.dataset.place += reply;
  for (const part of composer.querySelectorAll("*")) for (const name of NAMES) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("blank_", `reply_${reply}_`));
  composer.querySelector("[name=parent]").value = reply;
  composer.querySelector("[name=client_token]").value = makeToken();
  composer.querySelector("[type=submit]").after(make("button", { type: "button", class: "button button--quiet", onclick: () => close(post) }, "Close"));
  post.append(composer);
  link.setAttribute("aria-expanded", "true");
  return composer;
}

/** The draft stays, for the next time. */
function close(post) {
  post.querySelector("kindling-composer").remove();
  const link = post.querySelector("[data-reply]");
  link.setAttribute("aria-expanded", "false");
  link.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-reply]");
  if (!link || !template || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openReply(link.closest(".post"))?.text.focus();
});

const mine = template && template.content.querySelector("kindling-composer").dataset.place;
for (const place of mine ? listPlaces() : []) {
  const post = place.startsWith(mine) && document.getElementById(`post-${place.slice(mine.length)}`);
  if (post) openReply(post);
}
