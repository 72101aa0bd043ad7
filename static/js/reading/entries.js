/* One note in the panel: shown, or being written. What somebody wrote is set as text, never as markup. */
import { make } from "./making.js";

export const KINDS = { important: "Important", question: "Question", try: "To try" };

/** `acts`: go, change, remove. Without `found` the words have left the text, and only their quote is left. */
export function showNote(note, found, acts) {
  const place = note.quote && !found ? `${note.title}: these words have left the text` : note.title;
  const link = found || !note.quote ? make("button", { type: "button", class: "tool", onclick: acts.go }, "Show") : null;
  return make(
    "li",
    { class: "note", "data-kind": note.kind, "data-note": note.id },
    make("p", { class: "meta" }, make("span", { class: "note-kind" }, KINDS[note.kind]), ` · ${place}`),
    note.quote && make("blockquote", { dir: "auto" }, note.quote),
    note.body && make("p", { class: "note-body", dir: "auto" }, note.body),
    make(
      "p",
      { class: "note-tools" },
      link,
      make("button", { type: "button", class: "tool", onclick: acts.change }, note.body ? "Change" : "Add words"),
      make("button", { type: "button", class: "tool", onclick: acts.remove }, "Delete"),
    ),
  );
}

/** A form for the words and kind of a note; `save` is given both and may refuse, which is said and loses nothing. */
export function writeNote(note, { save, cancel }) {
  const body = make("textarea", { id: `body-${note.id ?? note.client_token}`, rows: 4, value: note.body, dir: "auto" });
  const problem = make("p", { class: "error", role: "alert" });
  const button = make("button", { class: "button button--small" }, "Save");
  const form = make(
    "form",
    { class: "note-form" },
    make("fieldset", { class: "note-kinds" }, make("legend", { class: "visually-hidden" }, "It is"), ...Object.keys(KINDS).map((kind) => offerKind(kind, note))),
    make("label", { htmlFor: body.id }, note.quote ? "Your note on these words" : `Your note on “${note.title}”`),
    body,
    problem,
    make("p", { class: "button-row" }, button, make("button", { type: "button", class: "button button--small button--quiet", onclick: cancel }, "Cancel")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = "";
    try {
      await save({ kind: new FormData(form).get("kind"), body: body.value });
    } catch (refusal) {
      tell(problem, refusal);
      button.disabled = false;
    }
  });
  form.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.requestSubmit());
  const quote = note.quote && make("blockquote", { dir: "auto" }, note.quote);
  return make("li", { class: "note", "data-kind": note.kind, "data-note": note.id ?? "new" }, quote, form);
}

function offerKind(kind, note) {
  const input = make("input", { type: "radio", name: "kind", value: kind, checked: kind === note.kind });
  return make("label", { class: "note-choice" }, input, make("span", { "data-kind": kind }, KINDS[kind]));
}

function tell(problem, { message, answer }) {
  const { login_url: login, newest } = answer ?? {};
  problem.replaceChildren(message);
  if (login) problem.append(" ", make("a", { href: `${login}?next=${encodeURIComponent(location.pathname)}` }, "Log in"));
  if (newest) problem.append(make("span", { class: "note-newest" }, `There it reads: ${newest.body || "no words"}`));
}
