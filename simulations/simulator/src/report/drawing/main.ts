import type uPlot from 'uplot';
import type { Chart } from '../chart.ts';
import type { Abscissa } from '../curves.ts';
import { changePlot, stackPlot } from './bar-plots.ts';
import { effectPlot } from './effect-plot.ts';
import { inkOf } from './ink.ts';
import { linePlot } from './line-plot.ts';

// Draws the charts of a report into their places; everything else stands in the page already.
const charts: Record<string, Chart> = JSON.parse(document.querySelector('#charts')!.textContent);
const places = [...document.querySelectorAll<HTMLElement>('[data-chart]')];
const drawn = new Map<HTMLElement, uPlot>();
let over: Abscissa = 'round';

const chartAt = (place: HTMLElement) => charts[place.dataset.chart!]!;

function draw(place: HTMLElement): void {
  drawn.get(place)?.destroy();
  const width = Math.floor(place.clientWidth);
  if (width === 0) return;
  const chart = chartAt(place);
  const ink = inkOf(place);
  drawn.set(
    place,
    chart.kind === 'lines'
      ? linePlot(chart, over, ink, width, place)
      : chart.kind === 'stack'
        ? stackPlot(chart, ink, width, place)
        : chart.kind === 'effect'
          ? effectPlot(chart, ink, width, place)
          : changePlot(chart, ink, width, place),
  );
}

const sizes = new ResizeObserver(entries => {
  for (const { target } of entries) {
    const place = target as HTMLElement;
    if (drawn.get(place)?.width !== Math.floor(place.clientWidth)) draw(place);
  }
});
for (const place of places) sizes.observe(place);

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => places.forEach(draw));

for (const choice of document.querySelectorAll<HTMLFieldSetElement>('.over')) {
  choice.hidden = false;
  choice.addEventListener('change', event => {
    over = (event.target as HTMLInputElement).value as Abscissa;
    for (const place of places) if (chartAt(place).kind === 'lines') draw(place);
  });
}
