/* Says that there are new posts, as soon as the thread's room tells of one, and fetches them when they are wished for: into their
   places, with what is being read or written staying where it is on the screen. Without a live connection it asks now and then. */
import { isConnected, listen } from "../live/line.js";
import { make } from "../reading/making.js";

const ASKED_EACH_MS = 60_000;
const SPREAD_MS = 1_000; // not all readers of a thread at once, and once for posts that come together
const thread = document.querySelector(".thread[data-news]");
const bar = make("p", { class: "news-bar", role: "status" });
let { since } = thread?.dataset ?? {};
let timer = 0;

async function ask() {
  timer = 0;
  if (document.hidden) return;
  const answer = await fetch(`${thread.dataset.news}?since=${since}`, { headers: { Accept: "application/json" }, cache: "no-cache" }).catch(() => null);
  if (!answer?.ok) return;
  const { count, more } = await answer.json();
  if (!count) return bar.querySelector("button")?.remove(); // taken back meanwhile
  const words = `Show ${count}${more ? "+" : ""} new ${count === 1 ? "reply" : "replies"}`;
  if (bar.textContent !== words) bar.replaceChildren(make("button", { type: "button", class: "button button--small", onclick: fetchNew }, words));
}

function askSoon() {
  timer ||= setTimeout(ask, Math.random() * SPREAD_MS);
}

async function fetchNew() {
  const answer = await fetch(`${thread.dataset.news}?since=${since}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const posts = [...page.querySelectorAll(".post")];
  if (!posts.length) return bar.replaceChildren();
  const anchor = findAnchor();
  const before = anchor?.getBoundingClientRect().top;
  for (const post of posts) place(post);
  if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
  const last = Math.max(Number(since), ...posts.map((post) => Number(post.id.slice(5))));
  since = String(last);
  lead(posts[0].id);
  thread.dispatchEvent(new CustomEvent("arrived", { detail: last }));
  ask();
}

/** To the first of them; and who pressed a key goes on from there. */
function lead(id) {
  const isHere = bar.contains(document.activeElement);
  const link = make("a", { href: `#${id}`, onclick: () => setTimeout(() => bar.replaceChildren()) }, "Go to the first of them");
  bar.replaceChildren(link);
  if (isHere) link.focus({ preventScroll: true });
}

/** What has to stay where it is: the text being written, else the first post in view. */
function findAnchor() {
  const written = document.activeElement?.closest("kindling-composer");
  return written ?? [...document.querySelectorAll(".post")].find((post) => post.getBoundingClientRect().bottom > 0);
}

/** Behind the last post of the one it answers or, where that is not on this page, at the end. */
function place(post) {
  if (document.getElementById(post.id)) return;
  const list = document.querySelector(".posts");
  const parent = post.dataset.parent && document.getElementById(`post-${post.dataset.parent}`);
  if (!parent || parent.dataset.depth === "0") return list.append(post);
  let last = parent;
  while (last.nextElementSibling && Number(last.nextElementSibling.dataset.depth) > Number(parent.dataset.depth)) last = last.nextElementSibling;
  last.after(post);
}

if (thread) {
  document.body.append(bar);
  setInterval(() => isConnected() || ask(), ASKED_EACH_MS);
  listen({ connected: ask, posts: askSoon });
  document.addEventListener("visibilitychange", ask);
  thread.addEventListener("ask", ask);
}
