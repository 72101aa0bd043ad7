/* The bell in the header: how many notices are new, from the ticket's answer; it rises live, and falls when the page says that some were read. */
import { listen } from "../live/line.js";
import "./zone.js";

const MANY = 99;
const KEY = "kindling-unread"; // the pages of a tab follow each other without the number blinking

class Count {
  constructor(bell) {
    this.element = bell.querySelector("[data-bell-count]");
    this.status = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.status.setAttribute("role", "status");
    bell.after(this.status);
    this.show(Number(sessionStorage.getItem(KEY)) || 0);
  }

  show(unread) {
    this.unread = unread;
    this.element.hidden = unread === 0;
    this.element.textContent = unread > MANY ? `${MANY}+` : String(unread);
    sessionStorage.setItem(KEY, String(unread));
  }

  rise() {
    this.show(this.unread + 1);
    this.status.textContent = `You have a new notice: ${this.element.textContent} in all.`;
  }
}

const count = new Count(document.querySelector("[data-bell]"));
listen({ opened: ({ unread }) => count.show(unread), notices: () => count.rise() });
document.addEventListener("unread", ({ detail }) => count.show(detail));
