/* The discussion is fetched when it comes near. When it cannot be had, that is said where it would stand. */
import { make } from "./making.js";

const discussion = document.getElementById("discussion");
const WORDS = "The discussion cannot be fetched. Check your connection, then try again; the text above needs none.";

function tell() {
  if (discussion.querySelector(".notice--error")) return;
  const again = make("button", { type: "button", class: "button button--small", onclick: fetchAgain }, "Try again");
  discussion.append(make("div", { class: "notice notice--error", role: "alert" }, make("p", {}, WORDS), make("p", {}, again)));
}

function fetchAgain() {
  discussion.querySelector(".notice--error").remove();
  window.htmx.ajax("GET", discussion.getAttribute("hx-get"), { source: discussion, target: discussion, swap: "innerHTML" });
}

discussion?.addEventListener("htmx:error", tell);
