/* What somebody has looked at is told to the server: how far the thread was shown, and which posts stood on the screen to their
   end for a moment, whose notices are read with that. A link to a post that stands on another page of its thread leads there. */
import { listen } from "../live/line.js";
import { csrfToken } from "../requests.js";

const LOOKED_AT_MS = 2_000;
const MOST = 200; // so many are told at once
const thread = document.querySelector(".thread[data-group]");
const inView = new Set();
const seen = new Set();
let untold = new Set();
let newest = Number(thread?.dataset.newest);
let told = 0;
let timer = 0;

const eye = new IntersectionObserver((ends) => {
  for (const { target, isIntersecting } of ends) inView[isIntersecting ? "add" : "delete"](target.closest(".post").id.slice(5));
  plan();
});

function plan() {
  clearTimeout(timer);
  timer = setTimeout(look, LOOKED_AT_MS);
}

function look() {
  if (document.hidden || !newest) return;
  for (const post of inView) if (!seen.has(post)) seen.add(post) && untold.add(post);
  if (untold.size || newest > told) tell([...untold].slice(0, MOST));
}

async function tell(posts) {
  for (const post of posts) untold.delete(post);
  const before = told;
  told = newest;
  const body = new URLSearchParams({ parent: newest, seen: posts.join(), csrfmiddlewaretoken: csrfToken() });
  const answer = await fetch(thread.dataset.reading, { method: "POST", body, keepalive: true }).catch(() => null);
  if (!answer) {
    told = before; // the next look tells it again
    for (const post of posts) untold.add(post);
  } else if (answer.status === 200) {
    const { unread } = await answer.json();
    document.dispatchEvent(new CustomEvent("unread", { detail: unread }));
  }
}

/** Of a post that was seen before it was told of. */
function tellAgain({ group }) {
  if (group !== thread.dataset.group) return;
  untold = new Set([...seen].slice(-MOST));
  plan();
}

function watch() {
  for (const end of thread.querySelectorAll(".posts .acts")) eye.observe(end);
}

function follow() {
  const [, post] = /^#post-(\d+)$/.exec(location.hash) ?? [];
  if (post && thread && !document.getElementById(`post-${post}`)) location.replace(`posts/${post}/`);
}

if (thread) {
  watch();
  new MutationObserver(watch).observe(thread.querySelector(".posts"), { childList: true });
  document.addEventListener("visibilitychange", plan);
  thread.addEventListener("arrived", ({ detail }) => (newest = detail));
  listen({ notices: tellAgain });
}
follow();
addEventListener("hashchange", follow);
