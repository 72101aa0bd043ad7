/* A sentence below what was done, read out. It goes with the next one. */
import { make } from "../reading/making.js";

let said;

export function say(near, words) {
  said?.remove();
  said = make("p", { class: "notice notice--error", role: "alert" });
  near.closest(".acts").after(said);
  said.textContent = words;
}
