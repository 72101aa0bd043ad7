/* What a reader of a chapter may want once the page is there, fetched when the browser has nothing better to do. */
import "./anchors.js";
import "./discussion.js";
import "./printing.js";
import "./talks.js";
import { startGlossary } from "./glossary.js";
import { startNotes } from "./notes.js";
import { offerReturn } from "./return.js";

const tools = document.querySelector(".reading-tools");
if (tools) {
  const styles = document.createElement("link");
  styles.rel = "stylesheet";
  styles.href = tools.dataset.styles;
  styles.onload = () => {
    startNotes(tools);
    startGlossary(tools.dataset.glossary);
    offerReturn(document.querySelector("kindling-chapter"));
  };
  document.head.append(styles);
}
