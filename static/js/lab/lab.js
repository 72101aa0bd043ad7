/* <kindling-lab>: write code, run it on the server, see what comes out. A run belongs to the server: this only watches. */
import { Refusal, backOff, makeToken, post, sleep } from "../requests.js";
import { tell } from "./asides.js";
import { Chart } from "./charts/chart.js";
import { Console } from "./console/console.js";
import { Controls } from "./controls.js";
import { Devices } from "./devices.js";
import { Blame } from "./editor/blame.js";
import { Drafts } from "./editor/drafts.js";
import { enhance } from "./editor/editor.js";
import { Tools } from "./editor/tools.js";
import { FullScreen } from "./full.js";
import { Insides } from "./insides.js";
import { Prediction } from "./predict/predict.js";
import { SKETCH, findSketch } from "./predict/sketched.js";
import { Shelf } from "./shelf.js";
import { Status } from "./status.js";
import { RunStream } from "./stream.js";
import { isFinal } from "./states.js";
import { Tabs } from "./tabs.js";
import { Findings } from "./verdict/findings.js";

const STARTS = 4;

/** What the reader has done of each project of a chapter: the rest of the page is the same for all. */
function readOwn() {
  return JSON.parse(document.getElementById("chapter-state")?.textContent ?? "{}").projects ?? {};
}

/** A project's code as its listing in the text has it: a chapter's page says it once. */
function readListing(key) {
  const code = document.getElementById(`${key}--code`)?.querySelector("pre.code");
  return code ? `${code.textContent.trimEnd()}\n` : "";
}

class KindlingLab extends HTMLElement {
  connectedCallback() {
    const role = (name) => this.querySelector(`[data-role=${name}]`);
    this.code = this.querySelector("textarea");
    this.runButton = role("run");
    this.stopButton = role("stop");
    this.notice = role("notice");
    this.console = new Console(role("console"));
    this.chart = new Chart(role("chart"));
    this.status = new Status(this, role("status"), role("announcement"));
    this.controls = new Controls({ pause: role("pause"), step: role("step") }, (words) => this.say(words));
    this.page = role("page");
    this.ask = role("ask");
    this.insides = new Insides({
      graph: role("graph"),
      inspector: role("inspector"),
      ask: this.runButton ? (wanted) => post(this.current.inspections_url, wanted) : null,
      onNode: (_, lines) => this.editor.light(this.isAsRun ? lines : []),
    });
    this.tabs = new Tabs(role("tabs"), (panel) => this.insides.open(panel));
    this.devices = new Devices(this, role("device"));
    this.fullScreen = new FullScreen(this, role("full"));
    this.prediction = new Prediction(role("prediction"));
    this.findings = new Findings(role("findings"));
    this.blame = new Blame();
    const drafts = new Drafts();
    const projects = this.readProjects();
    this.editor = enhance(this.code, { onRun: () => this.run(), onChange: () => this.shelf.keep(), onLine: (line) => this.insides.light(line && this.isAsRun ? [line] : []) });
    this.shelf = new Shelf(projects, { select: role("projects"), title: role("title"), editor: this.editor, drafts: this.isRunPage ? null : drafts });
    this.tools = new Tools(this, { editor: this.editor, shelf: this.shelf, drafts });
    this.listen();
    this.show(this.shelf.current);
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  get isRunPage() {
    return "runPage" in this.dataset;
  }

  /** Whether lines of the code are still those of the run that is shown, as far as this page knows. */
  get isAsRun() {
    return this.codeOfRun === null || this.codeOfRun === this.editor.value;
  }

  /** The chapter's projects; on the page of one run, that run's code alone. */
  readProjects() {
    const given = JSON.parse(this.querySelector("script").textContent);
    if (!this.isRunPage) return given.map((project) => ({ code: readListing(project.key), ...project, ...readOwn()[project.key] }));
    const { title, path = null, facts = "{}" } = this.dataset;
    return [{ key: "run", title, path, ...JSON.parse(facts), code: this.code.value, last_run: given }];
  }

  listen() {
    this.runButton?.addEventListener("click", () => this.run());
    this.stopButton?.addEventListener("click", () => this.halt());
    this.addEventListener("halt", () => this.halt());
    this.addEventListener("take", ({ detail }) => this.take(detail));
    this.shelf.onChange = (project) => this.show(project);
  }

  /** Brings a listing into the lab and runs it. */
  take(listing) {
    this.scrollIntoView({ block: "nearest" });
    if (this.runButton?.disabled) {
      this.say("A run is going on. Stop it, or wait for its end, then run this.");
      return;
    }
    this.shelf.put(listing);
    this.editor.focus({ preventScroll: true });
    this.run();
  }

  /** Shows a project with its last run, whole and from the start. */
  show(project) {
    this.offerCurves(project);
    this.clear();
    this.prediction.close();
    this.laySketch(project);
    this.tools.show(project);
    this.devices.show(project);
    if (project.last_run) this.watch(project.last_run);
  }

  clear() {
    this.stream?.close();
    this.current = null;
    this.codeOfRun = null;
    this.page.hidden = this.ask.hidden = true;
    this.blame.clear();
    this.editor.clearMarks();
    this.console.clear();
    this.chart.clear();
    this.findings.clear(this.shelf.current);
    this.insides.clear();
    this.status.ready(Boolean(this.runButton));
    this.say("");
    this.enable(false);
  }

  async run(choices = {}) {
    if (!this.runButton || this.runButton.disabled) return;
    const project = this.shelf.current;
    const prediction = await this.prediction.ask(project);
    if (prediction === null || project !== this.shelf.current) return;
    this.clear();
    this.laySketch(project);
    this.enable(true);
    this.status.sending();
    this.codeOfRun = this.editor.value;
    try {
      const run = await this.start({ code: this.codeOfRun, project: project.path, device: this.devices.choice, prediction, client_token: makeToken(), ...choices });
      project.last_run = run;
      project.predicted ||= Boolean(prediction);
      if (this.isRunPage) location.assign(run.url);
      else this.watch(run, run.events_url);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.enable(false);
      this.status.ready(true);
      this.refuse(refusal);
    }
  }

  offerCurves({ path }, run) {
    this.chart.offer({ url: this.dataset.beside, project: path, run });
  }

  /** A sketched prediction lies under the curve of the run that it foretells. */
  laySketch(project) {
    const sketch = findSketch(project);
    if (sketch || this.sketched) this.chart.overlay(sketch ?? { label: SKETCH });
    this.sketched = Boolean(sketch);
  }

  /** Says why there is no run, and offers what there could be instead. */
  refuse({ message, answer: { login_url: login, offer } }) {
    this.say(message);
    if (login) this.notice.append(" ", Object.assign(document.createElement("a"), { textContent: "Log in", href: `${login}?next=${encodeURIComponent(location.pathname)}%23lab` }));
    if (!offer) return;
    const accept = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet", textContent: "Run on the CPU" });
    accept.addEventListener("click", () => this.run(offer));
    this.notice.append(" ", accept);
  }

  /** The same token on every try: the server starts one run, however often it hears of it. */
  async start(wanted) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await post(this.dataset.start, wanted);
      } catch (refusal) {
        if (!refusal.passing || refusal.status === 429 || tries === STARTS) throw refusal;
        await sleep(backOff(tries));
      }
    }
  }

  /** `eventsUrl` comes with a run that was started just now; for others the stream asks for a ticket first. */
  watch(run, eventsUrl) {
    this.current = run;
    this.offerCurves(this.shelf.current, run.id);
    this.enable(!isFinal(run.state));
    this.page.href = run.url;
    this.page.hidden = this.ask.hidden = this.isRunPage;
    this.ask.href = this.ask.dataset.ask + run.id;
    this.status.state(run.state);
    this.stream = new RunStream(run, {
      onEvent: (type, data) => this.receive(type, data),
      onRestart: () => this.restart(),
      onConnection: (connected) => this.status.connection(connected),
      onGiveUp: (message) => this.giveUp(message),
    });
    this.stream.open(eventsUrl);
  }

  receive(type, data) {
    const problem = this.blame.hear(type, data);
    if (problem) this.editor.mark(problem);
    this.findings.receive(type, data);
    if (type === "diagnosis") this.chart.markEvidence(data);
    this.insides.receive(type, data);
    if (type === "stdout" || type === "stderr") this.console.write(type, data.text);
    else if (type === "metric") this.status.metric(this.chart.add(data));
    else if (type === "progress") {
      this.status.progress(data);
      this.chart.progress(data);
    }
    else if (type === "queue") this.status.queue(data);
    else if (type === "figure") this.console.figure(data);
    else if (type === "state") this.move(data);
    else for (const line of tell(type, data)) this.console.aside(line);
  }

  move({ state, message }) {
    this.status.state(state);
    this.current.state = state;
    this.controls.show(this.current, state);
    this.insides.show(state);
    if (!isFinal(state)) return;
    if (message && state !== "succeeded") this.console.aside(message);
    this.stream.close();
    this.enable(false);
    this.chart.finish();
    this.findings.end(this.current);
    if (this.shelf.current.path) document.dispatchEvent(new Event("progress"));
  }

  restart() {
    this.blame.clear();
    this.console.clear();
    this.chart.clear();
    this.findings.clear(this.shelf.current);
    this.insides.clear();
    this.status.restart();
    this.console.aside("The run was started again; its output begins anew.");
  }

  giveUp(message) {
    this.enable(false);
    this.status.ready(Boolean(this.runButton));
    this.say(message);
  }

  async halt() {
    if (!this.current || isFinal(this.current.state)) return;
    this.status.stopping();
    try {
      await post(this.current.stop_url);
      this.runButton.disabled = false; // whoever has given a run up need not wait for its end
    } catch (refusal) {
      this.say(`${refusal.message} The run is still going; press Stop again.`);
    }
  }

  enable(active) {
    if (!this.runButton) return;
    this.runButton.disabled = active;
    this.stopButton.disabled = !active;
    this.controls.show(active ? this.current : null, this.current?.state);
  }

  say(text) {
    this.notice.hidden = !text;
    this.notice.textContent = text;
  }
}

customElements.define("kindling-lab", KindlingLab);
