/* What the page of a thread does besides being read. */
import "./composer.js";
import "./replies.js";
import "./quoting.js";
import "./votes.js";
import "./news.js";
import "./place.js";
