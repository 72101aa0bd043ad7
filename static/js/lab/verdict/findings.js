/* Everything that is said about a run beside its output: what will be checked, what the engine recognised, what came of it. */
import { Checks } from "./checks.js";
import { Diagnosis } from "./diagnosis.js";
import { Verdict } from "./verdict.js";

export class Findings {
  /** Each stays hidden while there is nothing to say. */
  constructor(element) {
    element.innerHTML = `
      <section class="diagnosis" aria-label="Diagnosis" aria-live="polite" hidden></section>
      <div class="run-outcome" role="status" hidden></div>
      <section class="lab-checks" aria-label="Checks" hidden></section>`;
    const [diagnosis, verdict, checks] = element.children;
    this.checks = new Checks(checks);
    this.diagnosis = new Diagnosis(diagnosis);
    this.verdict = new Verdict(verdict);
  }

  /** A run of `project` is to come: only what will be checked is known. */
  clear(project = {}) {
    this.checks.list(project.checks);
    this.diagnosis.clear(project);
    this.verdict.clear();
  }

  /** Takes any event; those that are no findings are passed over. */
  receive(type, data) {
    if (type === "diagnosis") this.diagnosis.add(data);
    else if (type === "verdict") this.checks.grade(data);
  }

  /** `run` is over. Only its owner, who may stop it, is told what came of it. */
  end(run) {
    if (run.stop_url) this.verdict.show(run);
  }
}
