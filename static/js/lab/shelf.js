/* The pieces of code that the lab can hold: the chapter's projects and, once taken, a listing. What a student changes of a
   project goes to `drafts` (editor/drafts.js), where there are any. */
const LISTING = "listing";

export class Shelf {
  constructor(projects, { select, title, editor, drafts = null }) {
    Object.assign(this, { select, title, editor, drafts });
    this.projects = projects.length ? [...projects] : [{ key: LISTING, title: "Your own code", code: "", path: null, last_run: null }];
    this.onChange = () => {};
    this.fill();
    this.open(this.projects[0]);
    select.addEventListener("change", () => {
      this.open(this.projects[select.selectedIndex]);
      this.onChange(this.current);
    });
  }

  fill() {
    this.select.replaceChildren(...this.projects.map((project) => new Option(project.title, project.key)));
    this.select.hidden = this.projects.length < 2;
  }

  open(project) {
    this.current = project;
    this.select.value = project.key;
    this.title.textContent = this.select.hidden ? project.title : "";
    this.editor.value = this.drafts?.keeps(project) ? this.drafts.recall(project) : project.code;
  }

  /** Takes a listing. A project's own listing opens the project, with the student's changes: found by its key, because
      the text was rendered under the address that the chapter had then. */
  put({ code, title, path }) {
    const project = this.projects.find((each) => path && each.key === path.split("/").at(-1)) ?? this.shelve(code, title);
    if (project !== this.current) this.open(project);
  }

  shelve(code, title) {
    const listing = { key: LISTING, title, code, path: null, last_run: null };
    this.projects = [...this.projects.filter((each) => each.key !== LISTING), listing];
    this.fill();
    return listing;
  }

  /** What the editor holds was changed. */
  keep() {
    if (this.drafts?.keeps(this.current)) this.drafts.keep(this.current, this.editor.value);
  }
}
