import { topsOf } from '@murmuration/ui/charts/stacked';
import { wholeSteps } from '@murmuration/ui/charts/steps';
import uPlot from 'uplot';
import type { ChangeChart, StackChart } from '../chart.ts';
import { difference, quantity, scaleFor } from '../quantities.ts';
import { axis, commonOptions, flat, widthOfNumbers } from './axes.ts';
import type { Ink } from './ink.ts';
import { tip } from './tip.ts';

const bars = () => uPlot.paths.bars!({ size: [0.82, 48], align: 0 });

/** Bars that stand half a place away from the edges. */
function placesOf(xs: readonly number[]): uPlot.Scale {
  const half = xs.length > 1 ? (xs.at(-1)! - xs[0]!) / (xs.length - 1) / 2 : 1;
  return { time: false, range: (_plot, low, high) => [low - half, high + half] };
}

/** Layers upon one another: each is drawn from the ground to its own top, the uppermost one first. */
export function stackPlot(chart: StackChart, ink: Ink, width: number, place: HTMLElement): uPlot {
  const tops = topsOf(chart.layers.map(({ value }) => value));
  const scale = scaleFor(Math.max(...(tops.at(-1) ?? [0]), 0), chart.unit);
  const data: uPlot.AlignedData = [
    [...chart.round],
    ...tops.map(top => top.map(value => value / scale.divisor)).reverse(),
  ];
  const label = chart.roundsPerBar > 1 ? `round; a bar is the mean of ${chart.roundsPerBar}` : 'round';
  return new uPlot(
    {
      ...commonOptions(width),
      series: [
        {},
        ...chart.layers
          .map(
            ({ colour }): uPlot.Series => ({
              paths: bars(),
              fill: ink.colour(colour),
              stroke: ink.colour(colour),
              width: 0,
              points: { show: false },
            }),
          )
          .reverse(),
      ],
      scales: {
        x: placesOf(chart.round),
        y: { range: (_plot, _low, high) => [0, high > 0 ? 1.06 * high : 1] },
      },
      axes: [
        axis(ink, label, { divisor: 1, name: '' }, { ...flat, incrs: wholeSteps }),
        axis(ink, chart.label, scale, { size: widthOfNumbers }),
      ],
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      plugins: [
        tip(index => ({
          head: `round ${quantity(chart.round[index], 'number').replace(/\.0+$/, '')}`,
          lines: chart.layers
            .map(({ name, colour, value }) => ({
              swatch: `c${colour}`,
              text: `${name} ${quantity(value[index], chart.unit)}`,
            }))
            .reverse(),
        })),
      ],
    },
    data,
    place,
  );
}

/** Plots each client's gain or loss, the worst off first. */
export function changePlot(chart: ChangeChart, ink: Ink, width: number, place: HTMLElement): uPlot {
  const { change, unit, better } = chart;
  const scale = scaleFor(
    change.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    unit,
  );
  const isBetter = (value: number) => (better === 'higher' ? value > 0 : value < 0);
  const of = (wanted: boolean) =>
    change.map(value => (isBetter(value) === wanted ? value / scale.divisor : null));
  const places = change.map((_, i) => i * chart.clientsPerBar + 1);
  const series = (colour: string): uPlot.Series => ({
    paths: bars(),
    fill: colour,
    stroke: colour,
    width: 0,
    points: { show: false },
  });
  const of100 = unit === 'share' ? { ...scale, name: 'points' } : scale;
  return new uPlot(
    {
      ...commonOptions(width),
      series: [{}, series(ink.better), series(ink.worse)],
      scales: {
        x: placesOf(places),
        y: {
          range: (_plot, low, high) => {
            const [bottom, top] = uPlot.rangeNum(Math.min(low, 0), Math.max(high, 0), 0.08, true);
            return [bottom!, top!];
          },
        },
      },
      axes: [
        axis(
          ink,
          'clients, from the worst off',
          { divisor: 1, name: '' },
          {
            ...flat,
            incrs: wholeSteps,
          },
        ),
        axis(ink, chart.label, of100, { size: widthOfNumbers }),
      ],
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      plugins: [
        tip(index => ({
          head: chart.clientsPerBar > 1 ? `${chart.clientsPerBar} clients` : 'one client',
          lines: [
            {
              swatch: isBetter(change[index]!) ? 'better' : 'worse',
              text: difference(change[index]!, unit),
            },
          ],
        })),
      ],
    },
    [places, of(true), of(false)],
    place,
  );
}
