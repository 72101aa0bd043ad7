/* The tools around the console. No page needs them before something was printed. */
const TOOLS = `
    <span class="console-said" role="status" data-console="said"></span>
    <button type="button" class="link-button" data-console="find" aria-keyshortcuts="Control+F">Find</button>
    <button type="button" class="link-button" data-console="copy">Copy all</button>`;
const SEARCH = `
  <form class="console-search" role="search" aria-label="In the output" data-console="search" hidden>
    <input type="search" aria-label="Find in the output" placeholder="Find" maxlength="200" autocomplete="off" spellcheck="false">
    <output aria-live="polite"></output>
    <button type="button" class="icon-button" data-find="previous" aria-label="Previous match" title="Previous match (Shift+Enter)">↑</button>
    <button type="button" class="icon-button" data-find="next" aria-label="Next match" title="Next match (Enter)">↓</button>
    <button type="button" class="icon-button" data-find="close" aria-label="Close the search" title="Close (Esc)">✕</button>
  </form>`;
const END = `<button type="button" class="button button--quiet button--small console-end" data-console="end" hidden>Jump to the end ↓</button>`;

const tighten = (html) => html.replaceAll(/\n\s*/g, "");

/** Puts them around the log, in its frame (components/console.html). */
export function furnish(log) {
  log.parentElement.querySelector(".console-tools").insertAdjacentHTML("beforeend", tighten(TOOLS));
  log.insertAdjacentHTML("beforebegin", tighten(SEARCH));
  log.insertAdjacentHTML("afterend", END);
}
