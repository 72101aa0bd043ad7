/* Unsafe requests to our own server, and their refusals in words. */

/** The server said no; `message` is its sentence, `status` the HTTP status (0: it could not be reached). */
export class Refusal extends Error {
  constructor(status, message, answer = {}) {
    super(message);
    this.status = status;
    this.answer = answer;
  }

  /** Whether the same request may well succeed in a moment. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const WORDS = {
  0: "The server cannot be reached. Check your connection; we try again.",
  401: "You are logged out. Log in, then run it again: your code is kept in this browser.",
  403: "The page has grown too old. Load it again: your code is kept in this browser.",
  404: "This run is gone, or it belongs to someone else.",
  413: "The code is too long to run. Make it shorter than 256 KB.",
  429: "That was a lot at once. Wait a moment, then try again.",
};

export function csrfToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** POST JSON; answers the parsed JSON of the answer (null for an empty one). Raises `Refusal`. */
export function post(url, body = {}, options = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() };
  return ask(url, { method: "POST", headers, body: JSON.stringify(body), ...options });
}

/** GET JSON, as `post` does. */
export function read(url) {
  return ask(url, { headers: { Accept: "application/json" } });
}

async function ask(url, request) {
  let response;
  try {
    response = await fetch(url, request);
  } catch {
    throw new Refusal(0, WORDS[0]);
  }
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const answer = isJson ? await response.json().catch(() => null) : null;
  if (!response.ok) throw new Refusal(response.status, answer?.error ?? wordsFor(response.status), answer ?? {});
  return answer;
}

function wordsFor(status) {
  return WORDS[status] ?? (status >= 500 ? "The server has trouble right now. Try again in a moment." : "The server did not accept this.");
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds to wait before try number `tries` (from 1): doubling to 10 s, spread so that a crowd does not return at once. */
export function backOff(tries) {
  return Math.min(10_000, 250 * 2 ** tries) * (0.5 + Math.random());
}

/** A random UUID. Browsers keep `crypto.randomUUID` from pages served without TLS by another name than localhost. */
export function makeToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
