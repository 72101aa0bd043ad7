/* Pause, Resume and Step of the run that is shown. The server answers that it has passed the wish on; the run's own
   `state` events say when it came true. */
import { Refusal, post } from "../requests.js";

export class Controls {
  constructor({ pause, step }, onRefusal) {
    Object.assign(this, { pause, step, onRefusal });
    pause?.addEventListener("click", () => this.ask(this.state === "paused" ? "resumes" : "pauses"));
    step?.addEventListener("click", () => this.ask("steps"));
  }

  /** Follow `run`, or none, which is now in `state`. */
  show(run, state) {
    if (!this.pause) return;
    Object.assign(this, { run, state });
    const paused = state === "paused";
    this.pause.disabled = !run || !["running", "paused"].includes(state);
    this.pause.textContent = paused ? "Resume" : "Pause";
    this.step.hidden = !paused;
  }

  async ask(noun) {
    try {
      await post(`${this.run.url}${noun}/`);
      this.onRefusal("");
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.onRefusal(refusal.message);
    }
  }
}
