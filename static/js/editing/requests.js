/* The whole form, sent beside the page. */
import { Refusal } from "../requests.js";

const PASSING = "The server cannot be reached";

/** POSTs the form's fields and `more` to `address`; answers the parsed JSON, or with `html` the text. Raises `Refusal`. */
export async function send(form, address, { more = {}, html = false, signal, keepalive = false } = {}) {
  const body = new FormData(form);
  if (!("file" in more)) body.delete("file");
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const headers = html ? { "HX-Request": "true" } : { Accept: "application/json" };
  let response;
  try {
    response = await fetch(address, { method: "POST", body, headers, signal, keepalive });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, `${PASSING}.`);
  }
  if (html) return response.ok ? response.text() : fail(response);
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const answer = isJson ? await response.json() : null;
  if (!response.ok || response.redirected || !answer) fail(response, answer);
  return answer;
}

function fail(response, answer) {
  const status = response.redirected ? 401 : response.status;
  const words = { 401: "You are logged out: log in on another page, then go on here.", 403: "The page has grown too old, or you may no longer edit. Copy your text, then load the page again." };
  throw new Refusal(status, answer?.error ?? words[status] ?? "The server has trouble right now.", answer ?? {});
}

/** Calls `act` once nothing has asked for it for `ms`. */
export function debounce(act, ms) {
  let timer = null;
  return (wait = ms) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
}
