/* What a chapter's text holds besides text: tabs, figures that move, words that light up lines. Fetched only where there is
   one; the elements then come to life wherever they appear, in an editor's preview too. */
import styles from "../../css/components/parts.css";
import { adopt } from "../sheets.js";
import "./lines.js";
import "./plot.js";
import "./tabs.js";

adopt(styles);
