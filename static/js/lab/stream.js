/* A run's events, from its first to its last, each once and in order, over as many connections as it takes.

   What was told before is fetched in one piece; each connection after that needs a fresh ticket. Events are numbered `fence-seq`: what is not newer than the last is dropped, and
   a higher fence means that another attempt speaks now. */
import { backOff, post, read, sleep } from "../requests.js";
import { isFinal } from "./states.js";

const TYPES = ["state", "stdout", "stderr", "metric", "progress", "notice", "diagnosis", "verdict", "figure", "text", "graph", "histogram", "inspection", "queue", "gap"];
const UNNUMBERED = ["queue", "gap"];

export class RunStream {
  constructor({ tickets_url: ticketsUrl, replay_url: replayUrl }, { onEvent, onRestart, onConnection, onGiveUp }) {
    Object.assign(this, { ticketsUrl, replayUrl, onEvent, onRestart, onConnection, onGiveUp });
    this.fence = 0;
    this.seq = 0;
    this.tries = 0;
    this.closed = false;
  }

  close() {
    this.closed = true;
    this.source?.close();
  }

  async open(eventsUrl) {
    if (eventsUrl) {
      this.connect(eventsUrl);
      return;
    }
    await this.replay();
    if (this.closed) return;
    let ticket;
    try {
      ticket = await post(this.ticketsUrl);
    } catch (refusal) {
      if (this.closed) return;
      if (refusal.passing) this.retry();
      else this.onGiveUp(refusal.message);
      return;
    }
    if (!this.closed) this.connect(ticket.events_url);
  }

  /** Tells what there was before, once. Where it cannot be had, all of it comes event by event. */
  async replay() {
    if (this.fence || this.seq) return;
    let told;
    try {
      told = await read(this.replayUrl);
    } catch {
      return;
    }
    if (this.closed || !told.after || !this.accept(told.after)) return;
    if (told.restarted) this.onRestart();
    for (const [type, data] of told.events) this.tell(type, data);
  }

  connect(eventsUrl) {
    const url = new URL(eventsUrl, location.href);
    if (this.fence || this.seq) url.searchParams.set("after", `${this.fence}-${this.seq}`);
    const source = new EventSource(url);
    this.source = source;
    source.onopen = () => this.connected();
    source.onerror = () => {
      source.close(); // its own retries have neither jitter nor a fresh ticket
      if (!this.closed) this.retry();
    };
    for (const type of TYPES) source.addEventListener(type, (event) => this.receive(type, event));
  }

  connected() {
    if (this.lost) this.onConnection(true);
    this.lost = false;
  }

  async retry() {
    this.tries += 1;
    if (this.tries > 1) {
      this.lost = true;
      this.onConnection(false);
    }
    await Promise.race([sleep(backOff(this.tries)), new Promise((resolve) => addEventListener("online", resolve, { once: true }))]);
    if (!this.closed) this.open();
  }

  receive(type, event) {
    if (this.closed) return;
    const data = JSON.parse(event.data);
    if (!UNNUMBERED.includes(type) && !this.accept(event.lastEventId)) return;
    this.tries = 0;
    this.tell(type, data);
  }

  tell(type, data) {
    this.onEvent(type, data);
    if (type === "state" && isFinal(data.state)) this.close();
  }

  /** Whether this id is news; moves the mark to it. */
  accept(id) {
    const [fence, seq] = id.split("-").map(Number);
    if (fence < this.fence || (fence === this.fence && seq <= this.seq)) return false;
    const restarted = this.fence > 0 && fence > this.fence;
    this.fence = fence;
    this.seq = seq;
    if (restarted) this.onRestart();
    return true;
  }
}
