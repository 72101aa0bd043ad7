/* Texts that are being written, kept in this browser at every keystroke: by place, and with the person's id in its name.
   A draft goes when its post is seen on a page, by the token that went with it, and not a moment before. */
const PREFIX = "draft:";
const KEPT_MS = 60 * 24 * 3600 * 1000;

export function recall(place) {
  try {
    const draft = JSON.parse(localStorage.getItem(PREFIX + place));
    return typeof draft?.text === "string" ? draft : null;
  } catch {
    return null; // refused, or not ours
  }
}

/** Whether it could be kept. */
export function remember(place, draft) {
  try {
    localStorage.setItem(PREFIX + place, JSON.stringify({ ...draft, at: Date.now() }));
    return true;
  } catch {
    return false; // storage is full or refused
  }
}

export function forget(place) {
  try {
    localStorage.removeItem(PREFIX + place);
  } catch {
    // Refused: then there is nothing to forget.
  }
}

export function listPlaces() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** Those whose posts stand on this page, and those of long ago. */
function clear() {
  for (const place of listPlaces()) {
    const draft = recall(place);
    const isPosted = draft?.token && document.querySelector(`[data-token="${CSS.escape(draft.token)}"]`);
    if (!draft || isPosted || Date.now() - draft.at > KEPT_MS) forget(place);
  }
}

clear();
