/* Where in the student's code a run failed: read from what it wrote to stderr, as Python writes it, and from how it ended.
   Pure: events in, `{ line, message, source }` out. */

const FILE = "listing.py"; // what the runner calls the code (workers/runner/policy.py)
const KEPT = 64 * 1024; // characters of stderr: a traceback is shorter
const ENDS = new Set(["failed", "out_of_memory"]); // an error of the code; limits and our own faults have no line
const HEADER = /^[ |+]*(?:Exception Group )?Traceback \(most recent call last\):/gm;
const PLACE = new RegExp(`^([ |+]*)File "${FILE.replace(".", "\\.")}", line (\\d+)[^\\n]*(?:\\n([^\\n]*))?`, "gm");

export class Blame {
  constructor() {
    this.clear();
  }

  /** A run begins, or begins again. */
  clear() {
    this.written = "";
  }

  /** Takes every event of a run; at its end what failed and where, or null. `source` is the line as it
      read when it ran, where Python showed it. */
  hear(type, data) {
    if (type === "stderr") this.written = (this.written + data.text).slice(-KEPT);
    if (type !== "state" || !ENDS.has(data.state)) return null;
    const place = locate(this.written);
    const told = data.state === "out_of_memory" ? "" : (data.message ?? "").trim();
    return place && this.written.includes(told) ? { ...place, message: (data.message ?? "").trim() || place.message } : null;
  }
}

/* Where the last traceback in `written` leaves the student's code. What was caught and printed before has one, too: `hear`
   believes it only where the error that ended the run is there as well. */
function locate(written) {
  const last = [...written.matchAll(HEADER)].at(-1)?.index ?? 0;
  const place = [...written.slice(last).matchAll(PLACE)].at(-1);
  if (!place) return null;
  const [, margin, line, below = ""] = place;
  const source = below.startsWith(`${margin}  `) && !/^\s*File "/.test(below) ? below.slice(margin.length).trim() : "";
  return { line: Number(line), message: written.trimEnd().split("\n").at(-1).trim(), source };
}
