/* What a run's states are called here, and what sort of end each is: good, the learner's to mend, a limit, or our fault. */
export const STATES = {
  waiting: { text: "Waiting for one of your other runs to end", phase: "active" },
  queued: { text: "Queued: waiting for a free place", phase: "active" },
  starting: { text: "Starting Python", phase: "active" },
  running: { text: "Running", phase: "active" },
  paused: { text: "Paused: the clock stands still", phase: "active" },
  succeeded: { text: "Finished", phase: "good" },
  failed: { text: "Ended by an error in the code", phase: "bad" },
  stopped: { text: "Stopped by you", phase: "still" },
  timed_out: { text: "Ended: it reached the time limit", phase: "limit" },
  out_of_memory: { text: "Ended: it reached the memory limit", phase: "limit" },
  output_limit: { text: "Ended: it printed more than fits", phase: "limit" },
  refused: { text: "Not run: our fault, not your code’s", phase: "bad" },
  lost: { text: "Lost: our fault, not your code’s. Run it again", phase: "bad" },
};

export function isFinal(state) {
  return STATES[state]?.phase !== "active";
}
