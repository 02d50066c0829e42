import type uPlot from 'uplot';

/** A line of the tip: a swatch of the page by its class, and what it says. */
export interface TipLine {
  readonly swatch: string;
  readonly text: string;
}

/** Shows a note beside the pointer about what is under it; `read` returns nothing if nothing is there. */
export function tip(
  read: (index: number) => { readonly head: string; readonly lines: readonly TipLine[] } | undefined,
): uPlot.Plugin {
  const note = document.createElement('div');
  note.className = 'tip';
  note.hidden = true;
  return {
    hooks: {
      init: plot => {
        plot.over.append(note);
      },
      setCursor: plot => {
        const { idx, left, top } = plot.cursor;
        const says = typeof idx === 'number' && left! >= 0 ? read(idx) : undefined;
        note.hidden = says === undefined;
        if (!says) return;
        const head = document.createElement('b');
        head.textContent = says.head;
        note.replaceChildren(head, ...says.lines.map(lineElement));
        const isRight = left! > plot.over.clientWidth / 2;
        note.style.left = isRight ? '' : `${left! + 14}px`;
        note.style.right = isRight ? `${plot.over.clientWidth - left! + 14}px` : '';
        note.style.top = `${Math.max(0, Math.min(top! - 20, plot.over.clientHeight - note.offsetHeight))}px`;
      },
    },
  };
}

function lineElement({ swatch, text }: TipLine): HTMLElement {
  const line = document.createElement('span');
  const mark = document.createElement('i');
  mark.className = `swatch ${swatch}`;
  line.append(mark, text);
  return line;
}
