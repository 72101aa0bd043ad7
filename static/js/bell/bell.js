/* The bell in the header: how many notices are new, from the ticket's answer, and rising live while the page is seen. */
import { post } from "../requests.js";
import { Stream } from "./stream.js";

const LOOKED_S = 2; // whoever only passes through a page is spared the connection
const AWAY_S = 20; // a tab that is left for a moment keeps its connection
const MANY = 99;
const KEY = "kindling-unread"; // the pages of a tab follow each other without the number blinking

function listen(bell) {
  const count = new Count(bell);
  const stream = new Stream(
    () => post(bell.dataset.bell),
    {
      opened: (ticket) => count.show(ticket.unread),
      notices: () => count.rise(),
    },
  );
  let timer = 0;
  const follow = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (document.hidden ? stream.close() : stream.open()), 1000 * (document.hidden ? AWAY_S : LOOKED_S));
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}

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

listen(document.querySelector("[data-bell]"));
