/* Words that light up lines of a listing: while they are pointed at or focused, and, once followed, until Escape or the next. */

let pinned = null;

function findCode(link) {
  return document.getElementById(link.hash.slice(1))?.querySelector("pre.code");
}

/** [14, 16] and [19, 19] of "14-16,19". */
function readSpans(link) {
  return link.dataset.lines.split(",").map((span) => {
    const [first, last = first] = span.split("-").map(Number);
    return [first, last];
  });
}

function light(link) {
  const pre = findCode(link);
  clear();
  if (!pre) return null;
  const { lineHeight, paddingTop } = getComputedStyle(pre);
  const height = parseFloat(lineHeight);
  const lit = readSpans(link).map(([first, last]) => {
    const light = Object.assign(document.createElement("span"), { className: "lit" });
    light.style.top = `${parseFloat(paddingTop) + (first - 1) * height}px`;
    light.style.height = `${(last - first + 1) * height}px`;
    light.style.width = `${pre.scrollWidth}px`;
    return light;
  });
  pre.append(...lit);
  return lit[0];
}

function clear() {
  for (const each of document.querySelectorAll(".lit")) each.remove();
}

function settle() {
  if (pinned) light(pinned);
  else clear();
}

function follow(link) {
  pinned = link;
  const pre = findCode(link);
  const folded = pre?.closest("details");
  if (folded) folded.open = true;
  const first = light(link);
  // When the browser has gone to the listing's beginning, which takes the focus away.
  setTimeout(() => {
    pre?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "center" });
  });
}

const linkOf = ({ target }) => target instanceof Element && target.closest("a[data-lines]");

for (const type of ["pointerover", "focusin"]) document.addEventListener(type, (event) => linkOf(event) && light(linkOf(event)));
for (const type of ["pointerout", "focusout"]) document.addEventListener(type, (event) => linkOf(event) && settle());
document.addEventListener("click", (event) => linkOf(event) && follow(linkOf(event)));
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !pinned) return;
  pinned = null;
  clear();
});
