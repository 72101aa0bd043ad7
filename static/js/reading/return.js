/* Offers the way back to where the reader was the last time, until they have come there or want to stay. */
import { make } from "./making.js";

export function offerReturn(chapter) {
  const { place } = JSON.parse(document.getElementById("chapter-state").textContent);
  const sections = [...chapter.querySelectorAll(".section")];
  const section = sections.findIndex(({ id }) => id === place);
  const hasCome = (key) => sections.findIndex(({ id }) => id === key) >= section;
  if (section < 1 || location.hash || hasCome(chapter.place ?? "") && scrollY) return;
  const link = make("a", { href: `#${place}` }, sections[section].querySelector("h2 a").textContent.trim());
  const offer = make("p", { class: "return" }, "You were at ", link, make("button", { type: "button", class: "tool" }, "Stay here"));
  offer.addEventListener("click", ({ target }) => target.closest("a, button") && offer.remove());
  chapter.addEventListener("place", ({ detail: { key } }) => hasCome(key) && offer.remove());
  chapter.append(offer);
}
