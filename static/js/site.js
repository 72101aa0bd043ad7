/* One behaviour per module. What a page does not hold does nothing; the lab is fetched only where there is one. */
import "./theme-switch.js";
import "./chapter.js";
import "./contents.js";
import "./finish.js";
import "./keys.js";
import "./listings.js";
import "./lab-bar.js";
import "./quiz.js";

if (document.querySelector("kindling-lab")) import("./lab/lab.js");
if (document.querySelector("kindling-comparison")) import("./comparison.js");
