/* Which line somebody looks at: the one under the pointer, else the one that holds the cursor. */
import { ViewPlugin } from "@codemirror/view";

/** An extension that tells `onLine` the line's number (from 1), or null, whenever it becomes another. */
export function heedLine(onLine) {
  return ViewPlugin.fromClass(
    class {
      constructor(view) {
        Object.assign(this, { view, pointed: null, told: null });
      }

      update({ selectionSet, focusChanged, docChanged }) {
        if (selectionSet || focusChanged || docChanged) this.tell();
      }

      point(line) {
        this.pointed = line;
        this.tell();
      }

      tell() {
        const { state, hasFocus } = this.view;
        const line = this.pointed ?? (hasFocus ? state.doc.lineAt(state.selection.main.head).number : null);
        if (line === this.told) return;
        this.told = line;
        onLine(line);
      }
    },
    {
      eventHandlers: {
        mousemove(event, view) {
          const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
          this.point(at === null ? null : view.state.doc.lineAt(at).number);
        },
        mouseleave() {
          this.point(null);
        },
      },
    },
  );
}
