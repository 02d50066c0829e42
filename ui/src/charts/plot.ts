import uPlot from 'uplot';
import type { ChartContent } from './content.ts';
import { optionsOf } from './options.ts';
import { topsOf } from './stacked.ts';

export interface Plot {
  /** Draws other values of the same series. */
  show(content: ChartContent): void;
  close(): void;
}

const plotHeight = 240;

/**
 * Draws a chart as wide as `element`.
 * @param moved receives the index of the value under the pointer; null if there is none.
 */
export function draw(
  element: HTMLElement,
  content: ChartContent,
  moved: (index: number | null) => void,
): Plot {
  let shown = content;
  const options = optionsOf(() => shown, { width: element.clientWidth, height: plotHeight, moved });
  const plot = new uPlot(options, dataOf(content), element);
  const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: plotHeight }));
  observer.observe(element);
  return {
    show(other) {
      shown = other;
      plot.setData(dataOf(other));
    },
    close() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

/** Converts columns to uPlot's format; in a stack, each lies on top of those after it. */
function dataOf({ x, series, kind }: ChartContent): uPlot.AlignedData {
  const columns = series.map(({ values }) => values);
  if (kind === 'lines') return [x.values as number[], ...(columns as (number | null)[][])];
  return [x.values as number[], ...topsOf(columns.toReversed()).reverse()];
}
