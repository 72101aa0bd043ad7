/* Everything that is said about a run beside its output: what will be checked, what the engine recognised, what came of it. */
import { Checks } from "./checks.js";
import { Diagnosis } from "./diagnosis.js";
import { Verdict } from "./verdict.js";

export class Findings {
  constructor(element) {
    const find = (name) => element.querySelector(`[data-finding=${name}]`);
    this.checks = new Checks(find("checks"));
    this.diagnosis = new Diagnosis(find("diagnosis"));
    this.verdict = new Verdict(find("verdict"));
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
