/* The pieces of code that the lab can hold: the chapter's projects and, once taken, a listing. What a student changes is
   kept in this browser, per project. */
const LISTING = "listing";

export class Shelf {
  constructor(projects, { select, title, area, keeping }) {
    Object.assign(this, { select, title, area, keeping });
    this.projects = projects.length ? [...projects] : [{ key: LISTING, title: "Your own code", code: "", path: null, last_run: null }];
    this.onChange = () => {};
    this.fill();
    this.open(this.projects[0]);
    select.addEventListener("change", () => {
      this.open(this.projects[select.selectedIndex]);
      this.onChange(this.current);
    });
    area.addEventListener("input", () => this.keep());
  }

  fill() {
    this.select.replaceChildren(...this.projects.map((project) => new Option(project.title, project.key)));
    this.select.hidden = this.projects.length < 2;
  }

  open(project) {
    this.current = project;
    this.select.value = project.key;
    this.title.textContent = this.select.hidden ? project.title : "";
    this.area.value = this.recall(project) ?? project.code;
    this.area.scrollTop = 0;
  }

  /** Takes a listing. A project's own listing opens the project, with the student's changes. */
  put({ code, title, path }) {
    const project = this.projects.find((each) => path && each.path === path) ?? this.shelve(code, title);
    if (project !== this.current) this.open(project);
  }

  shelve(code, title) {
    const listing = { key: LISTING, title, code, path: null, last_run: null };
    this.projects = [...this.projects.filter((each) => each.key !== LISTING), listing];
    this.fill();
    return listing;
  }

  reset() {
    this.area.focus();
    this.area.select();
    document.execCommand("insertText", false, this.current.code); // so that undo brings the changes back
  }

  keep() {
    if (!this.keeping || !this.current.path) return;
    try {
      if (this.area.value === this.current.code) localStorage.removeItem(this.slot(this.current));
      else localStorage.setItem(this.slot(this.current), this.area.value);
    } catch {
      // Storage is full or refused: the code lives as long as the page.
    }
  }

  recall(project) {
    try {
      return this.keeping && project.path ? localStorage.getItem(this.slot(project)) : null;
    } catch {
      return null;
    }
  }

  slot(project) {
    return `code:${project.path}`;
  }
}
