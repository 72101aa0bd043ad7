/* The contents beside a chapter: marks the current section and ticks those read; on phones it opens and closes. */
const contents = document.querySelector(".contents");

function entry(key) {
  return contents.querySelector(`a[href="#${CSS.escape(key)}"]`);
}

function markCurrent({ detail: { key } }) {
  const link = entry(key);
  if (!link || link.ariaCurrent) return;
  contents.querySelector("[aria-current]")?.removeAttribute("aria-current");
  link.ariaCurrent = "location";
  if (contents.scrollHeight > contents.clientHeight) keepInView(link);
}

/* Scrolls the list itself; `scrollIntoView` would move the page too. */
function keepInView(link) {
  const [box, frame] = [link.getBoundingClientRect(), contents.getBoundingClientRect()];
  if (box.top < frame.top || box.bottom > frame.bottom) contents.scrollTop += box.top - frame.top - frame.height / 3;
}

function tick({ detail: { key } }) {
  entry(key)?.parentElement.setAttribute("data-read", "");
  count();
}

function count() {
  contents.querySelector("progress").value = contents.querySelectorAll("[data-read]").length;
}

if (contents) {
  const toggle = contents.querySelector(".contents-toggle");
  toggle.addEventListener("click", () => {
    toggle.ariaExpanded = String(toggle.ariaExpanded !== "true");
  });
  contents.querySelector("ol").addEventListener("click", () => {
    toggle.ariaExpanded = "false";
  });
  document.addEventListener("place", markCurrent);
  document.addEventListener("read", tick);
  count();
}
