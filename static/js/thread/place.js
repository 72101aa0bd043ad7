/* How far somebody has read is told to the server once the page has been looked at for a moment. A link to a post that stands
   on another page of its thread leads there. */
import { csrfToken } from "../requests.js";

const LOOKED_AT_MS = 2_000;
const thread = document.querySelector(".thread[data-reading]");
let told = 0;

function tell(newest) {
  if (document.hidden || newest <= told) return;
  told = newest;
  const body = new URLSearchParams({ parent: newest, csrfmiddlewaretoken: csrfToken() });
  fetch(thread.dataset.reading, { method: "POST", body, keepalive: true }).catch(() => (told = 0));
}

function follow() {
  const [, post] = /^#post-(\d+)$/.exec(location.hash) ?? [];
  if (post && thread && !document.getElementById(`post-${post}`)) location.replace(`posts/${post}/`);
}

if (thread?.dataset.member && Number(thread.dataset.newest)) {
  const plan = () => setTimeout(() => tell(Number(thread.dataset.newest)), LOOKED_AT_MS);
  plan();
  document.addEventListener("visibilitychange", plan);
  thread.addEventListener("arrived", ({ detail }) => tell(detail));
}
follow();
addEventListener("hashchange", follow);
