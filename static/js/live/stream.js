/* Live news, for as long as it is open: each connection needs a fresh ticket, and a lost one comes back by itself. What was said meanwhile is lost: whoever listens asks when it is `connected`
   again. */
import { backOff, sleep } from "../requests.js";

const HELD_MS = 30_000; // what broke sooner did not work

export class Stream {
  /** `ticket()` answers `{events_url, …}` or throws a `Refusal`; `heard` has a function for each kind of event, `opened(ticket)` and `connected()`. */
  constructor(ticket, heard) {
    Object.assign(this, { ticket, heard });
    this.tries = 0;
    this.turn = 0; // what an earlier opening still waits for does not concern a later one
    this.isOpen = false;
  }

  get isConnected() {
    return this.isOpen && this.source?.readyState === EventSource.OPEN;
  }

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.connect(++this.turn);
  }

  close() {
    this.isOpen = false;
    this.turn += 1;
    this.source?.close();
  }

  async connect(turn) {
    let ticket;
    try {
      ticket = await this.ticket();
    } catch (refusal) {
      if (refusal.passing) this.retry(turn);
      return; // logged out: nobody is told anything
    }
    if (turn !== this.turn) return;
    const { opened, connected, ...kinds } = this.heard;
    opened(ticket);
    this.source = new EventSource(ticket.events_url);
    this.source.onopen = connected;
    const begun = performance.now();
    this.source.onerror = () => {
      this.source.close(); // its own retries have no fresh ticket
      if (performance.now() - begun > HELD_MS) this.tries = 0;
      this.retry(turn);
    };
    for (const [kind, hear] of Object.entries(kinds)) this.source.addEventListener(kind, (event) => hear(JSON.parse(event.data)));
  }

  async retry(turn) {
    this.tries += 1;
    await sleep(backOff(this.tries) * 2);
    if (turn === this.turn) this.connect(turn);
  }
}
