/* What the keys do, and a switch for those that are single letters. Fetched when somebody asks. */
const HELP = `
  <h2 id="keys-title">Keys</h2>
  <dl>
    <div><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next, previous section, or post of a thread</dd></div>
    <div><dt><kbd>→</kbd> <kbd>←</kbd></dt><dd>next, previous chapter</dd></div>
    <div><dt><kbd>m</kbd></dt><dd>note on the marked words, or on the section</dd></div>
    <div><dt><kbd>b</kbd></dt><dd>bookmark the section</dd></div>
    <div><dt><kbd>n</kbd></dt><dd>your notes</dd></div>
    <div><dt><kbd>Ctrl</kbd>+<kbd>Enter</kbd></dt><dd>run the code, in the lab’s editor</dd></div>
    <div><dt><kbd>Esc</kbd>, then <kbd>Tab</kbd></dt><dd>leave the lab’s editor</dd></div>
    <div><dt><kbd>/</kbd> or <kbd>Ctrl</kbd>+<kbd>K</kbd></dt><dd>search</dd></div>
    <div><dt><kbd>?</kbd></dt><dd>this help</dd></div>
  </dl>
  <form method="dialog">
    <label class="check"><input type="checkbox"> Switch single-letter keys off</label>
    <button class="button">Close</button>
  </form>`;

let dialog = null;

/** `onSwitch(off)` hears whether single letters are switched off. */
export function showHelp(isOff, onSwitch) {
  dialog ??= makeDialog(isOff, onSwitch);
  dialog.showModal();
}

function makeDialog(isOff, onSwitch) {
  const made = Object.assign(document.createElement("dialog"), { className: "keys", innerHTML: HELP });
  made.setAttribute("aria-labelledby", "keys-title");
  const off = made.querySelector("input");
  off.checked = isOff;
  off.addEventListener("change", () => onSwitch(off.checked));
  document.body.append(made);
  return made;
}
