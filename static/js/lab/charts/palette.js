/* Colours for a canvas, which cannot read the style sheet by itself; and how lines differ where colours do not. */
const TOKENS = { soft: "--ink-soft", rule: "--rule", ink: "--ink", paper: "--paper-raised", bad: "--bad" };
const LINES = ["--ember", "--lake", "--plum", "--code-name", "--good", "--warn"];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [14, 4]];

export class Palette {
  /** Reads the colours as they are at this element in the theme of now. */
  constructor(element) {
    const probe = element.appendChild(document.createElement("i"));
    const read = (token) => {
      probe.style.color = `var(${token})`;
      return getComputedStyle(probe).color;
    };
    for (const [name, token] of Object.entries(TOKENS)) this[name] = read(token);
    this.lines = LINES.map(read);
    probe.remove();
  }

  /** The look of the nth line. */
  line(n) {
    return { colour: this.lines[n % LINES.length], dash: DASHES[(n + Math.floor(n / LINES.length)) % DASHES.length] };
  }
}

/** `colour` (rgb(…) or any that CSS computes) at this strength. */
export function fade(colour, strength) {
  return colour.replace(/^rgba?\((\d+), (\d+), (\d+).*$/, `rgb($1 $2 $3 / ${strength})`);
}
