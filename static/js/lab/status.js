/* The status line: "step 120/500 · loss 0.41 · 3 s left". Shown as it changes, spoken rarely: states at once, steps at most
   every five seconds. Also told to the page (`labstatus`), for the bar of small screens. */
import { formatNumber, formatSeconds } from "./numbers.js";
import { STATES } from "./states.js";

const SHOW_MS = 200;
const SPEAK_MS = 5000;

export class Status {
  constructor(lab, line, announcement) {
    Object.assign(this, { lab, line, announcement });
    this.ready(true);
  }

  ready(mayRun) {
    this.forget();
    this.set(mayRun ? "Ready" : "You can change the code now; running it needs a free account", "still");
  }

  sending() {
    this.set("Sending the code", "active");
  }

  stopping() {
    this.set("Stopping", "active");
  }

  state(state) {
    this.current = state;
    const known = STATES[state];
    const loss = known.phase === "active" && state !== "paused" ? null : this.loss;
    this.set([known.text, state === "paused" && this.steps, loss && `last ${loss}`].filter(Boolean).join(" · "), known.phase);
  }

  connection(connected) {
    if (connected) this.state(this.current ?? "queued");
    else this.set("The connection is gone. Reconnecting: the run goes on without us", "active");
  }

  restart() {
    this.forget();
  }

  forget() {
    this.steps = this.loss = this.left = null;
  }

  metric(latest) {
    if (latest) this.loss = `${latest.name} ${formatNumber(latest.value)}`;
    this.showSoon();
  }

  progress({ step, total, left_s: left }) {
    this.steps = total ? `step ${step}/${total}` : `step ${step}`;
    this.left = left == null ? null : `${formatSeconds(left)} left`;
    this.showSoon();
  }

  /** The run waits in line: how many come before it, and for about how long, as far as that can be told. */
  queue({ ahead, estimate_s: seconds }) {
    const place = ahead ? `${ahead} ${ahead === 1 ? "run" : "runs"} before yours` : "Yours is next";
    this.set([place, seconds && `about ${formatSeconds(seconds)}`].filter(Boolean).join(" · "), "active", SPEAK_MS);
  }

  showSoon() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      if (["starting", "running"].includes(this.current)) this.set([this.steps, this.loss, this.left].filter(Boolean).join(" · "), "active", SPEAK_MS);
    }, SHOW_MS);
  }

  set(text, phase, speakAfter = 0) {
    if (!text) return;
    this.line.textContent = text;
    this.lab.dataset.phase = phase;
    if (performance.now() - (this.spokenAt ?? -Infinity) >= speakAfter) this.speak(text);
    this.lab.dispatchEvent(new CustomEvent("labstatus", { bubbles: true, detail: { text, active: phase === "active" } }));
  }

  speak(text) {
    this.spokenAt = performance.now();
    this.announcement.textContent = text;
  }
}
