/* The bar at the bottom of small screens: what the lab is doing, the way to it, and Stop. */
const bar = document.querySelector(".lab-jump");

if (bar) {
  const [words, stop] = [bar.querySelector(".lab-jump-status"), bar.querySelector("button")];
  document.addEventListener("labstatus", ({ detail: { text, active } }) => {
    words.textContent = text;
    stop.hidden = !active;
  });
  stop.addEventListener("click", () => document.querySelector("kindling-lab").dispatchEvent(new Event("halt")));
}
