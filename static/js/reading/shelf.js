/* What a student keeps in this chapter: fetched from the server, and changed there first. Raises `Refusal`. */
import { Refusal, makeToken, post, read } from "../requests.js";

const WORDS = {
  0: "The server cannot be reached, so this was not saved. Check your connection, then try again.",
  403: "This page has grown too old to save anything. Copy your words, load the page again, and paste them.",
};

export class Shelf {
  notes = [];
  bookmarks = new Set();

  constructor({ kept, bookmark }) {
    this.urls = { kept, bookmark };
  }

  async fetch() {
    const { notes, bookmarks } = await asked(read(this.urls.kept));
    this.notes = notes;
    this.bookmarks = new Set(bookmarks);
  }

  /** A note that is not kept yet; its token makes what is sent twice one note. */
  begin(anchor, kind = "important") {
    return { quote: "", prefix: "", suffix: "", start: 0, end: 0, ...anchor, kind, body: "", client_token: makeToken() };
  }

  async keep(note) {
    const kept = await asked(post(this.urls.kept, note));
    this.notes = [...this.notes.filter((each) => each.id !== kept.id), kept];
    return kept;
  }

  async change(note, { kind, body }) {
    const sent = { kind, body, edition: note.edition };
    const changed = await asked(post(note.url, sent));
    this.notes = this.notes.map((each) => (each.id === note.id ? changed : each));
    return changed;
  }

  async remove(note) {
    await asked(post(`${note.url}removal/`));
    this.notes = this.notes.filter((each) => each.id !== note.id);
  }

  async bringBack(note) {
    await asked(post(`${note.url}undoing/`));
    this.notes = [...this.notes, note];
  }

  async mark(section, kept) {
    await asked(post(this.urls.bookmark, { section, kept }));
    if (kept) this.bookmarks.add(section);
    else this.bookmarks.delete(section);
  }
}

async function asked(answer) {
  try {
    return await answer;
  } catch (refusal) {
    throw new Refusal(refusal.status, WORDS[refusal.status] ?? refusal.message, refusal.answer);
  }
}
