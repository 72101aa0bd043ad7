/* One behaviour per module. What a page does not hold does nothing; the lab is fetched only where there is one. */
import "./theme-switch.js";
import "./chapter.js";
import "./contents.js";
import "./finish.js";
import "./keys.js";
import "./listings.js";
import "./lab-bar.js";
import "./quiz.js";
import "./search.js";

if (document.querySelector("kindling-lab")) import("./lab/lab.js");
if (document.querySelector("kindling-comparison")) import("./comparison.js");
if (document.querySelector("kindling-tabs, kindling-plot, [data-lines]")) import("./chapter/parts.js");
const later = window.requestIdleCallback ?? setTimeout;
if (document.querySelector(".reading-tools")) later(() => import("./reading/reading.js"));
if (document.querySelector(".thread")) import("./thread/thread.js");
const talk = document.getElementById("discussion");
const write = () => import("./thread/composer.js");
if (talk?.querySelector(".new-thread[open]")) write();
talk?.addEventListener("toggle", write, { capture: true }); // it comes after the chapter, and is opened later still
if (document.querySelector("[data-bell]")) later(() => import("./bell/bell.js"));
