/* What stands below the code: what was changed, back to the start, a solution, and whether the text is kept. */
import { Refusal, read } from "../../requests.js";

export class Tools {
  /** `root` holds the elements of components/editor_tools.html. */
  constructor(root, { editor, shelf, drafts }) {
    const role = (name) => root.querySelector(`[data-role=${name}]`);
    Object.assign(this, { editor, shelf, drafts, changes: role("changes"), solution: role("solution"), state: role("draft"), notice: role("code-notice"), question: role("draft-question") });
    if (!this.changes) return; // on the page of somebody else's run there is nothing to keep
    role("reset").addEventListener("click", () => this.reset());
    this.changes.addEventListener("click", () => this.compare(this.changes.getAttribute("aria-pressed") !== "true"));
    this.solution.addEventListener("click", () => this.showSolution());
    drafts.onState = (words) => this.tell(words);
    drafts.onOvertaken = (project, newer) => this.offer(project, newer);
  }

  /** Another project is open. */
  show(project) {
    if (!this.changes) return;
    this.tell("");
    silence(this.notice);
    silence(this.question);
    this.changes.setAttribute("aria-pressed", "false");
    this.solution.hidden = !project.solution_url;
    if (this.drafts.overtaken.has(project)) this.offer(project, this.drafts.overtaken.get(project));
  }

  async compare(wanted) {
    silence(this.notice);
    this.changes.setAttribute("aria-pressed", String(wanted));
    try {
      const places = await this.editor.compare(wanted ? this.shelf.current.code : null);
      if (wanted) this.say(places ? `You changed ${places === 1 ? "one place" : `${places} places`}: + marks what you wrote, − what stood there.` : "Nothing differs from the start.");
    } catch {
      this.changes.setAttribute("aria-pressed", "false");
      this.say("What you changed cannot be shown: a part of this page could not be loaded. Check your connection, then press again.");
    }
  }

  reset() {
    const before = this.editor.value;
    if (before === this.shelf.current.code) return this.say("Nothing differs from the start.");
    this.editor.replace(this.shelf.current.code);
    this.say("The code is as it was at the start.", [["Bring my changes back", () => this.bringBack(before)]]);
  }

  bringBack(before) {
    this.editor.replace(before);
    silence(this.notice);
    this.editor.focus();
  }

  async showSolution() {
    const { current } = this.shelf;
    try {
      const { code } = await read(current.solution_url);
      if (current !== this.shelf.current) return;
      const before = this.editor.value;
      this.editor.replace(code);
      this.say("This is one solution. Read it, run it, then go on with it or with your own.", [["Bring my code back", () => this.bringBack(before)]]);
      await this.editor.compare(before);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.say(refusal.message);
    }
  }

  /** The same code was changed elsewhere: nothing is overwritten before the student has chosen. */
  offer(project, newer) {
    if (project !== this.shelf.current) return;
    const choose = (act) => () => {
      silence(this.question);
      act();
      this.editor.focus();
    };
    speak(this.question, "You changed this code on another page or device since. Which one do you want to go on with?", [
      ["Take the other one", choose(() => this.editor.replace(this.drafts.take(project, newer)))],
      ["Keep the one here", choose(() => this.drafts.insist(project, newer, this.editor.value))],
    ]);
  }

  tell(words) {
    this.state.textContent = words;
  }

  say(words, offers = []) {
    speak(this.notice, words, offers);
  }
}

function speak(notice, words, offers) {
  notice.replaceChildren(words);
  for (const [name, act] of offers) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet button--small", textContent: name });
    button.addEventListener("click", act);
    notice.append(" ", button);
  }
  notice.hidden = false;
}

function silence(notice) {
  notice.hidden = true;
  notice.replaceChildren();
}
