/* The passages in which every word is found, those first that have them in their title. */
const MOST = 12;
const AROUND = 70; // characters shown on each side of a hit

export function findPassages(index, asked) {
  const words = fold(asked).split(/\s+/).filter(Boolean);
  const found = [];
  for (const [title, chapter, href, text] of index) {
    const inTitle = fold(title);
    const inText = fold(text);
    if (!words.every((word) => inTitle.includes(word) || inText.includes(word))) continue;
    const score = words.filter((word) => inTitle.includes(word)).length;
    found.push({ title, chapter, href, score, ...cut(text, inText, words) });
  }
  return found.sort((one, other) => other.score - one.score).slice(0, MOST);
}

function cut(text, folded, words) {
  const word = words.find((each) => folded.includes(each));
  if (!word) return { before: text.slice(0, 2 * AROUND), hit: "", after: "" };
  const at = folded.indexOf(word);
  const end = at + word.length;
  return {
    before: (at > AROUND ? "…" : "") + text.slice(Math.max(0, at - AROUND), at),
    hit: text.slice(at, end),
    after: text.slice(end, end + AROUND) + (end + AROUND < text.length ? "…" : ""),
  };
}

/* As long as it was, so that what is found in it stands at the same place of the text. */
function fold(text) {
  return [...text].map((char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char)).join("");
}
