/* The live connection of a page, one for all its parts, held while the page is looked at. A page that has more to hear than its
   reader's notices names where its ticket comes from: `data-ticket`. */
import { post } from "../requests.js";
import { Stream } from "./stream.js";

const LOOKED_S = 2; // whoever only passes through a page is spared the connection
const AWAY_S = 20; // a tab that is left for a moment keeps its connection
const KINDS = ["opened", "connected", "notices", "posts"];

const address = document.querySelector("[data-ticket]")?.dataset.ticket ?? document.querySelector("[data-bell]")?.dataset.bell;
const parts = [];
let ticket;
let timer = 0;

const stream = new Stream(() => post(address), Object.fromEntries(KINDS.map((kind) => [kind, (data) => tell(kind, data)])));

/** A part has a function for each kind of event that it listens to; `opened(ticket)`, when there is a new ticket; `connected()`, when nothing more is missed. */
export function listen(part) {
  parts.push(part);
  if (ticket) part.opened?.(ticket);
}

/** Whether what is new would be heard now. */
export function isConnected() {
  return stream.isConnected;
}

function tell(kind, data) {
  if (kind === "opened") ticket = data;
  for (const part of parts) part[kind]?.(data);
}

function follow() {
  clearTimeout(timer);
  timer = setTimeout(() => (document.hidden ? stream.close() : stream.open()), 1000 * (document.hidden ? AWAY_S : LOOKED_S));
}

if (address) {
  document.addEventListener("visibilitychange", follow);
  follow();
}
