/* What the engine says about a run, beside what the code printed: as sentences for the console. */

/** The lines for an event of this type; none for one that is not for the console. */
export function tell(type, data) {
  return WORDS[type]?.(data) ?? [];
}

const WORDS = {
  notice: ({ text }) => [text],
  gap: ({ text }) => [text ?? "Some of the output is missing here: it was too much to keep."],
  text: ({ name, text }) => [`${name}: ${text}`],
};
