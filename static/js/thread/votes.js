/* A vote is shown at once, and put back where the server refuses it; it says why. */
import { csrfToken } from "../requests.js";
import { say } from "./saying.js";

const FAILED = "The server cannot be reached, so your vote was not counted. Try again in a moment.";

let last = Promise.resolve();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-vote]");
  if (!button) return;
  event.preventDefault();
  last = last.then(() => cast(button)); // each builds on what the one before has come to
});

async function cast(button) {
  const buttons = [...button.parentElement.querySelectorAll("[data-vote]")];
  const before = buttons.map(read);
  const value = Number(button.value);
  show(buttons, buttons.map((each, index) => ({ pressed: Number(each.dataset.vote) === value, count: before[index].count + (Number(each.dataset.vote) === value) - before[index].pressed })));
  button.parentElement.setAttribute("aria-busy", "true");
  const answer = await send(button.getAttribute("formaction"), value);
  button.parentElement.removeAttribute("aria-busy");
  if (answer.error) {
    show(buttons, before);
    say(button, answer.error);
  } else {
    show(buttons, buttons.map((each) => ({ pressed: Number(each.dataset.vote) === value, count: Number(each.dataset.vote) === 1 ? answer.ups : answer.downs })));
  }
}

async function send(address, value) {
  const body = new URLSearchParams({ value, csrfmiddlewaretoken: csrfToken() });
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = await answer.json();
    return answer.ok ? found : { error: found.error };
  } catch {
    return { error: FAILED };
  }
}

function read(button) {
  return { pressed: button.getAttribute("aria-pressed") === "true", count: Number(button.querySelector("[data-count]").textContent) };
}

function show(buttons, states) {
  buttons.forEach((button, index) => {
    const { pressed, count } = states[index];
    button.setAttribute("aria-pressed", String(pressed));
    button.value = pressed ? "0" : button.dataset.vote;
    button.querySelector("[data-count]").textContent = count;
  });
}
