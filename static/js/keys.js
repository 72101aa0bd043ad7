/* Keys: j and k walk the sections, and the posts of a thread, ← and → the chapters, ? tells. Single keys can be switched off (WCAG 2.1.4). */
const asker = document.querySelector("[data-keys]");
let isOff = asker && localStorage.getItem("keys") === "off";

const acts = {
  j: () => step(1),
  k: () => step(-1),
  ArrowLeft: () => document.querySelector(".pager [rel=prev]")?.click(),
  ArrowRight: () => document.querySelector(".pager [rel=next]")?.click(),
  "?": help,
};

async function help() {
  const { showHelp } = await import("./keys-help.js");
  showHelp(isOff, (off) => {
    isOff = off;
    localStorage.setItem("keys", off ? "off" : "on");
  });
}

function step(by) {
  const sections = [...document.querySelectorAll(".section, .post")];
  const edge = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 8;
  const passed = sections.filter((section) => section.getBoundingClientRect().top <= edge).length - 1;
  const here = sections[passed]?.getBoundingClientRect().top < edge - 24 && by < 0 ? passed + 1 : passed;
  sections[Math.max(0, here + by)]?.querySelector("h2 a, .by a").focus({ preventScroll: true });
  sections[Math.max(0, here + by)]?.scrollIntoView();
}

/** Whatever is on the page may have a key of its own: `data-key="m"`. */
function findButton(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return button && (() => button.click());
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable], [tabindex='0'], dialog, summary") != null;
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.composedPath()[0])) return;
  const act = acts[event.key] ?? findButton(event.key);
  if (!act || (isOff && event.key.length === 1 && event.key !== "?")) return;
  event.preventDefault();
  act();
}

if (asker) {
  asker.addEventListener("click", help);
  document.addEventListener("keydown", press);
}
