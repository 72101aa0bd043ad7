/* Styles that come with a script, which alone needs them: what every page fetches first is the lighter. */
export function adopt(styles) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets.push(sheet);
}
