/* The search over a page: a combobox (WAI-ARIA APG) in a dialog. With nothing typed it offers where one may want to go. */
import { Options, make } from "./options.js";
import { Questions } from "./questions.js";
import * as recents from "./recents.js";

const GLASS = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/></svg>';
const THEMES = { light: "Light colours", dark: "Dark colours", system: "Colours as the system has them" };
let palette;

/** `typed()` is what was typed since it was asked for. */
export async function open(link, typed) {
  palette ??= new Palette(link);
  await styled(link);
  if (typed()) palette.field.value = typed();
  palette.open(typed());
}

class Palette {
  constructor(link) {
    this.link = link;
    this.questions = new Questions(link.href);
    this.build();
    this.options = new Options(this.list, this.field, (result, event) => this.follow(result, event));
    this.field.addEventListener("input", () => this.ask());
    this.dialog.addEventListener("keydown", (event) => this.press(event));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("close", () => this.questions.drop());
  }

  build() {
    this.field = Object.assign(make("input", ""), { type: "search", maxLength: 200, autocomplete: "off", spellcheck: false, placeholder: "Search chapters, terms, discussions", role: "combobox", ariaLabel: "Search", ariaAutoComplete: "list", ariaExpanded: "false" });
    this.field.setAttribute("aria-controls", "palette-list");
    this.field.setAttribute("enterkeyhint", "go");
    const close = Object.assign(make("button", "", "Close"), { type: "button", onclick: () => this.dialog.close() });
    const bar = make("div", "palette-field", this.field, close);
    bar.insertAdjacentHTML("afterbegin", GLASS);
    this.list = Object.assign(make("div", "palette-list"), { id: "palette-list", role: "listbox", ariaLabel: "Results" });
    this.status = Object.assign(make("p", "palette-status"), { role: "status" });
    const help = make("p", "palette-help", ...["↑ ↓ choose", "Enter opens", "Ctrl+Enter in a new tab", "Esc closes"].map((each) => make("span", "", each)));
    this.dialog = Object.assign(make("dialog", "palette", bar, this.list, this.status, help), { ariaLabel: "Search" });
    document.body.append(this.dialog);
  }

  open(typed) {
    if (this.dialog.open) return this.field.select();
    this.actions = null;
    this.questions.actions().then((actions) => {
      this.actions = actions;
      if (!this.field.value.trim()) this.offer();
    });
    this.dialog.showModal();
    if (typed) this.field.focus();
    else this.field.select();
    this.ask();
  }

  ask() {
    const words = this.field.value.trimStart();
    if (!words) {
      this.questions.drop();
      return this.offer();
    }
    this.questions.ask(words, { tell: (answer) => this.tell(words, answer), fail: (sentence) => this.say(sentence) });
  }

  tell(words, answer) {
    if (answer.error) return this.show([], answer.error);
    const all = { title: [[`All results for “${words.trim()}”`, false]], url: this.locate(words) };
    this.show([...answer.groups, { label: "More", results: [all] }], describe(answer, words.trim()));
  }

  offer() {
    const kept = recents.list();
    const searches = kept.map((words) => ({ title: [[words, false]], act: () => this.write(words) }));
    if (kept.length) searches.push({ title: [["Forget these searches", false]], act: () => (recents.forget(), this.offer()) });
    const themes = Object.entries(THEMES).map(([theme, title]) => ({ title: [[title, false]], act: () => this.paint(theme) }));
    const groups = [{ label: "Searched before", results: searches }, { label: "Go to", results: this.actions ?? [] }, { label: "Colours", results: themes }];
    this.show(groups.filter((group) => group.results.length), "");
  }

  show(groups, sentence) {
    this.answered = this.field.value.trim();
    this.options.show(groups);
    this.say(sentence);
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.target !== this.field || event.isComposing) return;
    if (steps[event.key]) this.options.step(steps[event.key]);
    else if (event.key === "Enter") this.enter(event);
    else return;
    event.preventDefault();
  }

  enter(event) {
    const words = this.field.value.trim();
    const isCurrent = this.answered === words;
    if (this.options.chosen && isCurrent) this.follow(this.options.chosen, event);
    else if (words) this.follow({ url: this.locate(words) }, event);
  }

  follow(result, event) {
    if (result.act) return result.act();
    if (this.field.value.trim()) recents.keep(this.field.value.trim());
    if (event.ctrlKey || event.metaKey || event.button === 1) return window.open(result.url, "_blank", "noopener");
    this.dialog.close();
    location.assign(result.url);
  }

  write(words) {
    this.field.value = words;
    this.ask();
  }

  paint(theme) {
    document.querySelector("theme-switch")?.choose(theme);
    this.dialog.close();
  }

  locate(words) {
    const url = new URL(this.link.href);
    url.searchParams.set("q", words.trim());
    return url.href;
  }
}

function describe({ total, capped, query, corrected, better }, words) {
  if (!total) return `Nothing was found for “${words}”. Check the spelling, or use fewer words.`;
  const count = total === 1 ? "1 result" : `${total}${capped ? " or more" : ""} results`;
  if (corrected) return `Showing ${count} for “${query}”. Nothing was found for “${words}”.`;
  return better ? `${count}. Did you mean “${better}”?` : count;
}

/** Resolves when the style sheet is there, or cannot be had. */
function styled(link) {
  const has = [...document.styleSheets].some(({ href }) => href === new URL(link.dataset.search, location).href);
  if (has) return undefined;
  return new Promise((resolve) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: link.dataset.search, onload: resolve, onerror: resolve });
    document.head.append(sheet);
  });
}
