/* A “#” beside every heading with an address, which copies it. */
import { make } from "./making.js";
import { copy } from "./saying.js";

for (const heading of document.querySelectorAll(".section > h2, .section > h3[id]")) {
  const link = heading.querySelector("a");
  if (!link) continue;
  const title = [...link.childNodes].filter((node) => node.nodeName !== "B").map((node) => node.textContent).join("").trim();
  const copyLink = () => {
    history.replaceState(null, "", link.hash);
    copy(link.href, "The link is copied.");
  };
  link.id ||= `${link.hash.slice(1)}--link`;
  heading.setAttribute("aria-labelledby", link.id); // the button is no part of its name
  heading.append(make("button", { type: "button", class: "anchor", ariaLabel: `Copy the link to “${title}”`, title: "Copy link", onclick: copyLink }, "#"));
}
