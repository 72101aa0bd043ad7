/* Ways from a place of the chapter to what is said about it: at every section and listing, and from marked words. How many
   threads there are comes after the page, which is the same for all. */
import { make } from "./making.js";

const QUOTED = 600;
const address = document.getElementById("discussion")?.getAttribute("hx-get");

function locate(place, more = {}) {
  return `${address}?${new URLSearchParams({ place, ...more })}#discussion`;
}

function offer(element, place, title, counts) {
  const count = counts[place];
  const words = make("span", { class: "visually-hidden" }, ` “${title}”${count ? `: ${count} thread${count > 1 ? "s" : ""}` : ""}`);
  return make("a", { class: "tool discuss", href: locate(place) }, "Discuss", words, count ? make("span", { "aria-hidden": "true" }, `(${count})`) : null);
}

function keyOf(listing) {
  return listing.id.replace(/--code$/, "");
}

async function offerEverywhere() {
  const response = await fetch(`${address}places.json`).catch(() => null);
  const counts = response?.ok ? (await response.json()).places : {};
  for (const section of document.querySelectorAll(".chapter-text .section")) {
    const title = section.querySelector("h2 a")?.textContent.trim() ?? section.id;
    section.append(make("p", { class: "discuss-line" }, offer(section, `section:${section.id}`, title, counts)));
  }
  for (const listing of document.querySelectorAll(".chapter-text .listing[id]")) {
    const tools = listing.querySelector("figcaption .tools");
    tools?.prepend(offer(listing, `listing:${keyOf(listing)}`, tools.previousSibling.textContent.trim(), counts));
  }
}

/** The line of a listing in which a range begins, from 1. */
function countLines(code, range) {
  const before = document.createRange();
  before.setStart(code, 0);
  before.setEnd(range.startContainer, range.startOffset);
  return before.toString().split("\n").length;
}

/** Opens a new thread about the marked words: about the line of a listing in which they begin, else about their section. */
export function discuss(passage, range) {
  const start = range?.startContainer;
  const code = (start?.nodeType === Node.TEXT_NODE ? start.parentElement : start)?.closest(".listing[id] > pre.code");
  const place = code ? `listing:${keyOf(code.parentElement)}:${countLines(code, range)}` : `section:${passage.section}`;
  const quote = passage.quote.slice(0, QUOTED);
  location.assign(locate(place, { quote }).replace("#discussion", "#new-thread"));
}

if (address) offerEverywhere();
