/* Listings get a copy button, and "Run in the lab" where there is one. */
import { icons } from "./icons.js";

function codeOf(listing) {
  return `${listing.querySelector("pre.code").textContent.trimEnd()}\n`;
}

function makeButton(kind, label, icon) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `tool tool--${kind}`;
  button.innerHTML = `${icon}<span>${label}</span>`;
  return button;
}

function makeCopy(listing) {
  const button = makeButton("copy", "Copy", icons.copy);
  const label = button.querySelector("span");
  label.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(codeOf(listing));
      label.textContent = "Copied";
    } catch {
      label.textContent = "Select it and press Ctrl+C";
    }
    setTimeout(() => (label.textContent = "Copy"), 2000);
  });
  return button;
}

function makeRun(listing, lab) {
  const button = makeButton("run", "Run in the lab", icons.run);
  button.addEventListener("click", () => {
    const detail = {
      code: codeOf(listing),
      title: listing.querySelector("figcaption").lastChild.previousSibling.textContent.trim(),
      path: listing.closest(".project")?.dataset.project ?? null,
    };
    lab.dispatchEvent(new CustomEvent("take", { detail }));
  });
  return button;
}

const lab = document.querySelector("kindling-lab");
for (const listing of document.querySelectorAll(".listing")) {
  const tools = document.createElement("span");
  tools.className = "tools";
  if (lab) tools.append(makeRun(listing, lab));
  tools.append(makeCopy(listing));
  listing.querySelector("figcaption").append(tools);
}
