/* What a page that lies in a file can do by itself: check an answer, and search the course. */
import { findPassages } from "./finding.js";

for (const quiz of document.querySelectorAll("form.quiz")) {
  const button = quiz.querySelector("button");
  button.hidden = false;
  quiz.querySelector("details").hidden = true;
  quiz.addEventListener("submit", (event) => {
    event.preventDefault();
    check(quiz);
  });
}

function check(quiz) {
  const chosen = [...quiz.querySelectorAll("input:checked")].map((input) => input.value);
  const answers = [...quiz.querySelectorAll("[data-choice]")];
  const result = quiz.querySelector(".result");
  result.hidden = false;
  if (!chosen.length) {
    result.className = "result wrong";
    result.textContent = "Choose an answer first.";
    return;
  }
  const right = answers.every((each) => chosen.includes(each.dataset.choice) === "right" in each.dataset);
  const verdict = document.createElement("strong");
  verdict.textContent = right ? "Correct." : "Not quite. Choose again.";
  result.className = right ? "result correct" : "result wrong";
  const reasons = answers.filter((each) => chosen.includes(each.dataset.choice)).map((each) => each.querySelector(".reason").cloneNode(true));
  result.replaceChildren(verdict, ...reasons);
  quiz.querySelector("details").hidden = false;
  result.focus();
}

const contents = document.querySelector(".offline-contents details");
if (contents) contents.open = matchMedia("(min-width: 72rem)").matches; // beside the text, not above it

const search = document.querySelector(".offline-search");
const field = search.querySelector("input");
const found = search.querySelector(".offline-found");
search.hidden = false;
search.addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.click();
});
field.addEventListener("input", async () => show(field.value.trim() ? findPassages(await load(), field.value) : null));
search.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  field.value = "";
  show(null);
  field.focus();
});
found.addEventListener("click", () => show(null));

/* The index is a script, because a page in a file may not fetch another. */
let loading;
function load() {
  loading ??= new Promise((done) => {
    const script = document.createElement("script");
    script.src = "search.js";
    script.onload = () => done(globalThis.kindlingIndex);
    script.onerror = () => done([]);
    document.head.append(script);
  });
  return loading;
}

function show(results) {
  found.hidden = !results;
  if (!results) return found.replaceChildren();
  if (!results.length) found.textContent = "Nothing found. Try other words.";
  else found.replaceChildren(...results.map(draw));
}

function draw({ title, chapter, href, before, hit, after }) {
  const link = document.createElement("a");
  link.href = href;
  const name = document.createElement("strong");
  name.textContent = title;
  const place = document.createElement("small");
  place.textContent = chapter;
  const words = document.createElement("span");
  const mark = document.createElement("mark");
  mark.textContent = hit;
  words.append(before, mark, after);
  link.append(name, place, words);
  return link;
}
