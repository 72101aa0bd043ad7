/* The list below the field: groups of options, one of them chosen. Texts come as pieces and stay text. */
const text = (pieces) => pieces.map(([said, marked]) => (marked ? make("mark", "", said) : said));

export function make(name, className, ...children) {
  const element = Object.assign(document.createElement(name), { className });
  element.append(...children);
  return element;
}

export class Options {
  /** `list` is the listbox, `field` the combobox that it belongs to; `onOpen(result, event)` hears what was clicked. */
  constructor(list, field, onOpen) {
    this.list = list;
    this.field = field;
    this.results = [];
    list.addEventListener("mousemove", (event) => this.choose(this.find(event)));
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    for (const name of ["click", "auxclick"]) {
      list.addEventListener(name, (event) => {
        const index = this.find(event);
        if (index >= 0 && event.button < 2) onOpen(this.results[index], event);
      });
    }
  }

  get chosen() {
    return this.results[this.index];
  }

  show(groups) {
    this.results = groups.flatMap((group) => group.results);
    this.list.replaceChildren(...groups.map((group, index) => this.draw(group, index)));
    this.all = [...this.list.querySelectorAll("[role=option]")];
    this.all.forEach((option, index) => (option.id = `palette-option-${index}`));
    this.field.ariaExpanded = String(this.all.length > 0);
    this.list.scrollTop = 0;
    this.choose(this.all.length ? 0 : -1);
  }

  step(by) {
    const count = this.all.length;
    if (count) this.choose((this.index + by + count) % count);
    this.all[this.index]?.scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    if (index < 0 && this.all.length) return;
    this.index = index;
    this.all.forEach((option, place) => (option.ariaSelected = String(place === index)));
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", this.all[index].id);
  }

  find(event) {
    return this.all.indexOf(event.target.closest("[role=option]"));
  }

  draw({ label, results }, index) {
    const name = make("div", "palette-label", label);
    name.id = `palette-group-${index}`;
    const group = make("div", "", name, ...results.map(draw));
    group.role = "group";
    group.setAttribute("aria-labelledby", name.id);
    return group;
  }
}

function draw({ title, where, snippet }) {
  const option = make("div", "", make("span", "title", ...text(title)));
  if (where) option.append(make("span", "where", where));
  if (snippet?.length) option.append(make("span", "snippet", ...text(snippet)));
  option.role = "option";
  return option;
}
