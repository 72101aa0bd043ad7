/* Opens the search by its link, by / or by Ctrl+K (⌘K); what it consists of is fetched then. */
const SWITCHES = ["keys", "kindling-keys"]; // by which single-letter keys are switched off
const link = document.querySelector("[data-search]");

let typed = null; // while the palette is on its way

async function open() {
  if (typed !== null) return;
  typed = "";
  try {
    await (await import("./search/palette.js")).open(link, () => typed);
  } catch {
    location.assign(link.href);
  }
  typed = null;
}

/** Who knows the key goes on typing at once: that is what they look for, and no keys of the page. */
function keep(event) {
  if (typed === null || event.key.length > 1 || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  typed += event.key;
}

function isWanted(event) {
  if (event.defaultPrevented) return false;
  if (event.key.toLowerCase() === "k") return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.composedPath()[0];
  return !SWITCHES.some((name) => localStorage.getItem(name) === "off") && !target.closest?.("input, textarea, select, [contenteditable], dialog");
}

if (link) {
  document.addEventListener("keydown", keep, true);
  document.addEventListener("keydown", (event) => {
    if (!isWanted(event)) return;
    event.preventDefault();
    open();
  });
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}
