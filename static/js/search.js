/* Opens the search by its link, by / or by Ctrl+K (⌘K); what it consists of is fetched then. */
const SWITCHES = ["keys", "kindling-keys"]; // by which single-letter keys are switched off
const link = document.querySelector("[data-search]");

function open() {
  import("./search/palette.js").then((palette) => palette.open(link), () => location.assign(link.href));
}

function isWanted(event) {
  if (event.defaultPrevented) return false;
  if (event.key.toLowerCase() === "k") return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.composedPath()[0];
  return !SWITCHES.some((name) => localStorage.getItem(name) === "off") && !target.closest?.("input, textarea, select, [contenteditable], dialog");
}

if (link) {
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
