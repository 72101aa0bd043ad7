/** A picture of 16 by 16 in the colour of the text. */
export const draw = (body) => `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round">${body}</svg>`;

export const icons = {
  copy: draw('<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.5v-.5A1 1 0 0 0 9.5 2H3.5a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1H4"/>'),
  run: draw('<path d="M4.5 2.8v10.4L13 8Z" fill="currentColor"/>'),
};
