/* What a term means, beside it: on hover, focus or a first tap. Without it the link leads to the glossary. */
import { make } from "./making.js";
import { read } from "../requests.js";

const PAUSE_MS = 250;

export function startGlossary(url) {
  const links = document.querySelectorAll("a.term[data-term]");
  if (!url || !links.length || !("popover" in HTMLElement.prototype)) return;
  const box = make("div", { class: "term-card", id: "term-card", popover: "auto", role: "note" });
  document.body.append(box);
  let terms = null;
  let timer;
  let shown = null;

  async function load() {
    terms ??= read(url).then((answer) => answer.terms).catch(() => ((terms = null), {}));
    return terms;
  }

  async function show(link) {
    const term = (await load())[link.dataset.term];
    if (!term || wanted !== link) return;
    const body = make("div", { class: "term-body" });
    body.innerHTML = term.html; // an editor's words, made safe when they were published
    const more = make("a", { href: term.url }, "In the glossary");
    box.replaceChildren(make("p", { class: "term-title" }, term.title), body, make("p", { class: "meta" }, more));
    shown = link;
    link.setAttribute("aria-describedby", box.id);
    box.showPopover();
    place(link);
  }

  function place(link) {
    const [words, card] = [link.getBoundingClientRect(), box.getBoundingClientRect()];
    const below = words.bottom + 8 + card.height < innerHeight || words.top < card.height + 8;
    box.style.left = `${Math.max(8, Math.min(words.left, innerWidth - card.width - 8))}px`;
    box.style.top = `${below ? words.bottom + 8 : words.top - card.height - 8}px`;
  }

  let wanted = null;
  const want = (link) => {
    clearTimeout(timer);
    wanted = link;
    timer = setTimeout(() => show(link), PAUSE_MS);
  };
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(() => !box.matches(":hover") && document.activeElement !== shown && hide(), PAUSE_MS);
  };
  function hide() {
    wanted = null;
    if (box.matches(":popover-open")) box.hidePopover();
  }

  box.addEventListener("toggle", ({ newState }) => newState === "closed" && shown?.removeAttribute("aria-describedby"));
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leave);
  addEventListener("scroll", hide, { passive: true });
  for (const link of links) {
    link.addEventListener("pointerenter", ({ pointerType }) => pointerType !== "touch" && want(link));
    link.addEventListener("pointerleave", leave);
    link.addEventListener("focus", () => link.matches(":focus-visible") && want(link));
    link.addEventListener("blur", leave);
    link.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || shown === link && box.matches(":popover-open")) return;
      event.preventDefault(); // the first tap explains, the second one leads there
      wanted = link;
      show(link);
    });
  }
}
