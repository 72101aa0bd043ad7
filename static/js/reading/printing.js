/* Paper cannot be unfolded: what is folded is opened for printing, and folded again afterwards. */
let opened = [];

addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(".chapter-text details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened.splice(0)) each.open = false;
});
