/* What a student types is kept: on the server, so that it follows to the next device, and in this browser until the server
   has it. Visitors have the browser alone. A draft builds on a revision; the server refuses one that builds on an older,
   and then the student decides. */
import { Refusal, post } from "../../requests.js";

const SAVE_AFTER_MS = 1_000;
const RETRY_AFTER_MS = 15_000;
const LARGEST_LAST_WORDS = 60_000; // bytes: browsers let a page send no more when it goes

export class Drafts {
  /** `onState(words)` tells how safe the text is; `onOvertaken(project, newer)` asks `take` or `insist` of whoever reads it. */
  constructor({ onState = () => {}, onOvertaken = () => {} } = {}) {
    Object.assign(this, { onState, onOvertaken, unsent: new Map(), overtaken: new Map(), timer: null, sending: null });
    addEventListener("online", () => this.send());
    addEventListener("pagehide", () => this.send({ keepalive: true }));
    document.addEventListener("visibilitychange", () => document.hidden && this.send({ keepalive: true }));
  }

  /** Listings and what others share are shown, not kept. */
  keeps({ path, kept = false }) {
    return Boolean(path) || kept;
  }

  /** The code with which a project opens: what was typed last, here or elsewhere. */
  recall(project) {
    const newest = project.draft?.code || project.code;
    const local = readLocal(project);
    if (!local || local.code === newest) {
      forgetLocal(project);
      return newest;
    }
    if (!project.draft_url) return local.code;
    if (local.revision === revisionOf(project) || arrived(local, project.draft)) this.plan(project, local.code);
    else this.overtake(project, project.draft);
    return local.code;
  }

  /** Keeps what the project's code is now. */
  keep(project, code) {
    if (project.draft_url || code !== project.code) writeLocal(project, code);
    else forgetLocal(project);
    if (project.draft_url) this.plan(project, code);
  }

  plan(project, code) {
    this.unsent.set(project, code);
    if (this.overtaken.has(project)) return;
    this.onState("Saving…");
    this.sendLater(SAVE_AFTER_MS);
  }

  sendLater(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), after);
  }

  /** Sends what the server lacks, one after the other. */
  async send({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    await this.sending; // a second one at the same time would build on the same revision, and be refused
    for (const [project, code] of this.unsent) {
      if (this.overtaken.has(project)) continue;
      this.sending = this.save(project, code, keepalive && code.length < LARGEST_LAST_WORDS);
      await this.sending;
    }
  }

  async save(project, code, keepalive) {
    try {
      // An empty draft stands for the project's own code, so that its next version reaches who has changed nothing.
      const sent = { code: code === project.code ? "" : code, revision: revisionOf(project) };
      project.sending = sent.code;
      project.draft = { ...sent, ...(await post(project.draft_url, sent, { keepalive })) };
      project.sending = undefined;
      this.settle(project, code);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.fail(project, refusal);
    }
  }

  settle(project, code) {
    if (this.unsent.get(project) !== code) {
      writeLocal(project, this.unsent.get(project));
      this.sendLater(SAVE_AFTER_MS);
      return;
    }
    this.unsent.delete(project);
    forgetLocal(project);
    this.onState("Saved");
  }

  fail(project, { status, message, passing, answer: { offer } }) {
    if (status === 409 && offer) {
      this.overtake(project, { code: offer.code, revision: Number(offer.revision) });
    } else if (passing) {
      this.onState("Not saved yet: kept in this browser, and sent as soon as the server can be reached.");
      this.sendLater(RETRY_AFTER_MS);
    } else {
      this.unsent.delete(project);
      this.onState(`Not saved. ${message}`);
    }
  }

  overtake(project, newer) {
    this.overtaken.set(project, newer);
    this.onState("Kept in this browser only");
    this.onOvertaken(project, newer);
  }

  /** The student takes what was typed elsewhere; the code to show. */
  take(project, newer) {
    project.draft = newer;
    this.overtaken.delete(project);
    this.unsent.delete(project);
    forgetLocal(project);
    this.onState("Saved");
    return newer.code || project.code;
  }

  /** The student keeps what stands here, in the place of what was typed elsewhere. */
  insist(project, newer, code) {
    project.draft = newer;
    this.overtaken.delete(project);
    this.keep(project, code);
    this.send();
  }
}

function revisionOf(project) {
  return project.draft?.revision ?? 0;
}

/* The page went while its text was on the way: what the server has now came from here. */
function arrived({ revision, sending }, draft) {
  return draft !== null && draft.revision === revision + 1 && draft.code === sending;
}

function slot(project) {
  return `code:${project.path ?? project.key}`;
}

function readLocal(project) {
  try {
    const local = JSON.parse(localStorage.getItem(slot(project)));
    return typeof local?.code === "string" ? local : null;
  } catch {
    return null; // refused, or not ours
  }
}

function writeLocal(project, code) {
  try {
    localStorage.setItem(slot(project), JSON.stringify({ code, revision: revisionOf(project), sending: project.sending }));
  } catch {
    // Storage is full or refused: the server has it in a moment, or the code lives as long as the page.
  }
}

function forgetLocal(project) {
  try {
    localStorage.removeItem(slot(project));
  } catch {
    // Refused: then there is nothing to forget.
  }
}
