/* One sentence at the foot of the page that says what happened, perhaps with something to do about it. */
import { make } from "./making.js";

const LASTS_MS = 6000;
const box = make("p", { class: "said", role: "status" });
document.body.append(box);
let timer;

/** `action` is an element (a link or button). What went wrong stays until something else is said or it is closed. */
export function say(words, { action = null, stays = false } = {}) {
  clearTimeout(timer);
  const close = make("button", { type: "button", class: "tool", onclick: hush, ariaLabel: "Close this message" }, "✕");
  box.replaceChildren(make("span", {}, words), ...[action].filter(Boolean), close);
  action?.addEventListener("click", hush);
  box.classList.add("said--shown");
  if (!stays && !action) timer = setTimeout(hush, LASTS_MS);
}

export function hush() {
  clearTimeout(timer);
  box.classList.remove("said--shown");
  box.replaceChildren();
}

/** Puts text on the clipboard and says so, or shows it to be copied by hand. */
export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say(`Copying was refused. Copy it from here: ${text}`, { stays: true });
  }
}
