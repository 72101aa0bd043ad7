/* What was searched for on this device, newest first. It never leaves it. */
const KEY = "kindling-searches";
const MOST = 5;

export function list() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function keep(words) {
  keepAll([words, ...list().filter((each) => each !== words)].slice(0, MOST));
}

export function forget() {
  keepAll([]);
}

function keepAll(words) {
  try {
    localStorage.setItem(KEY, JSON.stringify(words));
  } catch {
    // Storage is refused: then nothing is remembered.
  }
}
