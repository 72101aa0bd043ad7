/* The colours of the theme as numbers, for canvases: from below zero over nothing to above it. */

/** Reads what `var(--name)` is here, through an element: a property that is not registered would hand back its text. */
function readToken(name, element) {
  const probe = element.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.remove();
  return [red, green, blue];
}

/** Colours by tokens' names, and `shade(share)` for −1 to 1. */
export function readTheme(element) {
  const [low, none, high, ink, edge, bad] = ["--lake", "--paper-raised", "--ember", "--ink", "--edge", "--bad"].map((name) => readToken(name, element));
  const shade = (share) => {
    const end = share < 0 ? low : high;
    const weight = Math.min(1, Math.abs(share));
    return none.map((channel, at) => Math.round(channel + (end[at] - channel) * weight));
  };
  return { shade, none, ink, edge, bad };
}

export const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

/** Of two inks the one that can be read on this colour. */
export function contrasting(colour, ...inks) {
  const light = ([red, green, blue]) => 0.2126 * (red / 255) ** 2.2 + 0.7152 * (green / 255) ** 2.2 + 0.0722 * (blue / 255) ** 2.2;
  const ratio = (ink) => (Math.max(light(ink), light(colour)) + 0.05) / (Math.min(light(ink), light(colour)) + 0.05);
  return inks.sort((one, other) => ratio(other) - ratio(one))[0];
}
