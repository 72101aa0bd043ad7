/* The text is kept while it is written: on the server as a draft, and in this browser until the server has it. A draft
   builds on a version; the server refuses one that builds on an older, and then the writer decides. */
import { Refusal } from "../requests.js";
import { debounce, send } from "./requests.js";

const SAVE_AFTER_MS = 1_500;
const RETRY_AFTER_MS = 10_000;

export class Drafts {
  constructor(address, { form, text, kept, question }) {
    Object.assign(this, { address: `${address}draft/`, slot: `editing:${address}`, form, text, kept, question, known: text.value, asking: false, leaving: false, sending: null });
    this.sendLater = debounce(() => this.send(), SAVE_AFTER_MS);
    addEventListener("online", () => this.unsent && this.send());
    addEventListener("beforeunload", (event) => this.unsent && !this.leaving && event.preventDefault());
    form.addEventListener("submit", (event) => this.submit(event));
    this.offerLocal();
  }

  get unsent() {
    return this.text.value !== this.known;
  }

  plan() {
    if (!this.unsent) return forget(this.slot);
    remember(this.slot, { source: this.text.value, base: this.form.elements.base.value });
    if (this.asking) return;
    this.tell("Not kept yet …");
    this.sendLater();
  }

  /** Sends what the server lacks, one after the other; whether it has it all now. */
  async send() {
    await this.sending; // a second one at the same time would build on the same version, and be refused
    if (!this.unsent) {
      this.tell("Draft kept");
      return true;
    }
    if (this.asking) return false;
    this.sending = this.save(this.text.value);
    await this.sending;
    this.sending = null;
    return !this.unsent;
  }

  async save(source) {
    this.tell("Keeping the draft …");
    try {
      const { version } = await send(this.form, this.address, { more: { source } });
      this.settle(source, version);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.fail(refusal);
    }
  }

  /** The server has `source` now, as this version. */
  settle(source, version) {
    this.form.elements.version.value = version;
    this.known = source;
    if (this.unsent) return this.sendLater();
    forget(this.slot);
    this.tell(`Draft kept at ${new Date().toLocaleTimeString("en-GB")}`);
  }

  fail({ status, message, passing, answer }) {
    if (status === 409) return this.offerNewer(message, answer.offer ?? {});
    this.tell(passing || status === 401 ? `${message} Your text is kept in this browser, and sent as soon as it can be.` : `Not kept. ${message}`);
    if (passing || status === 401) this.sendLater(RETRY_AFTER_MS);
  }

  /** The same editor wrote more elsewhere: nothing is overwritten before they have chosen. */
  offerNewer(message, { source, version = "", base }) {
    this.tell("Kept in this browser only");
    const insist = () => {
      this.form.elements.version.value = version;
      this.send();
    };
    const take = () => {
      Object.assign(this.form.elements.version, { value: version });
      Object.assign(this.form.elements.base, { value: base });
      this.known = source;
      this.text.replace(source);
      forget(this.slot);
      this.tell("Draft kept");
    };
    this.ask(message, [["Keep the text of this page", insist], ...(source === undefined ? [] : [["Take the newer one", take]])]);
  }

  /** Words of an earlier visit that never reached the server. */
  offerLocal() {
    const local = recall(this.slot);
    if (!local || local.source === this.text.value) return forget(this.slot);
    const words = `This browser holds a text of this chapter that was not sent, of ${new Date(local.at).toLocaleString("en-GB")}. Bring it back?`;
    this.ask(words, [["Bring it back", () => this.text.replace(local.source)], ["Forget it", () => forget(this.slot)]]);
  }

  ask(words, offers) {
    this.asking = true;
    this.question.replaceChildren(words);
    for (const [name, act] of offers) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet button--small", textContent: name });
      button.addEventListener("click", () => {
        this.asking = false;
        this.question.hidden = true;
        act();
      });
      this.question.append(" ", button);
    }
    this.question.hidden = false;
  }

  /** The page goes with the form: what is on its way arrives first, else it would be a draft of what is published. */
  async submit(event) {
    if (event.defaultPrevented || this.leaving) return;
    if (this.sending) {
      const { submitter } = event;
      event.preventDefault();
      await this.sending;
      return this.form.requestSubmit(submitter);
    }
    this.leaving = true;
    setTimeout(() => (this.leaving = false), 5_000); // the page is still here: the form did not go
  }

  tell(words) {
    if (this.kept.textContent !== words) this.kept.textContent = words;
  }
}

function recall(slot) {
  try {
    const local = JSON.parse(localStorage.getItem(slot));
    return typeof local?.source === "string" ? local : null;
  } catch {
    return null; // refused, or not ours
  }
}

function remember(slot, words) {
  try {
    localStorage.setItem(slot, JSON.stringify({ ...words, at: Date.now() }));
  } catch {
    // Storage is full or refused: the server has it in a moment, or the words live as long as the page.
  }
}

function forget(slot) {
  try {
    localStorage.removeItem(slot);
  } catch {
    // Refused: then there is nothing to forget.
  }
}
