/* Says every few seconds that somebody writes here, and shows who else does. */
import { csrfToken } from "../requests.js";
import { tellTimes } from "../times.js";

const SAY_EVERY_MS = 8_000;

export class Presence {
  constructor(address, { form, text, place }) {
    Object.assign(this, { address: `${address}presence/`, form, text, place, shown: "" });
    setInterval(() => this.say(), SAY_EVERY_MS);
    addEventListener("pagehide", () => this.post({ leaving: "1" }));
    addEventListener("pageshow", ({ persisted }) => persisted && this.say());
    this.say();
  }

  async say() {
    const answer = await this.post({ section: this.text.section }).catch(() => null); // offline: the next one tries again
    if (!answer?.ok || answer.redirected) return;
    const shown = await answer.text();
    if (shown === this.shown) return;
    this.shown = shown;
    this.place.innerHTML = shown;
    tellTimes(this.place);
  }

  post(words) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: csrfToken(), ...words });
    return fetch(this.address, { method: "POST", body, keepalive: true });
  }
}
