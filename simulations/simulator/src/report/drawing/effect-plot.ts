import uPlot from 'uplot';
import type { EffectChart } from '../chart.ts';
import { quantity, scaleFor } from '../quantities.ts';
import { axis, commonOptions, flat, widthOfNumbers } from './axes.ts';
import type { Ink } from './ink.ts';
import { tip } from './tip.ts';

/** How far points of the same choice lie beside one another, as a share of the way to the next one. */
const beside = 0.3;

/**
 * Plots a point for each trial at its value of the setting, and the expected result: a line with its band,
 * or a mark for each choice.
 */
export function effectPlot(chart: EffectChart, ink: Ink, width: number, place: HTMLElement): uPlot {
  const { unit, scale, choices, trials, expected } = chart;
  const heights = [...trials.value, ...expected.low, ...expected.high, ...expected.value];
  const scaleY = scaleFor(
    heights.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    unit,
  );
  const upright = (column: readonly number[]) => column.map(value => value / scaleY.divisor);
  const ofChoices = scale === 'choices';
  const colour = ink.colour(1);
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
  const data: uPlot.AlignedData = [
    [...expected.at],
    upright(expected.value),
    upright(expected.low),
    upright(expected.high),
  ];
  const [lowest, highest] = [Math.min(...upright(heights)), Math.max(...upright(heights))];
  return new uPlot(
    {
      ...commonOptions(width),
      series: [
        {},
        {
          stroke: colour,
          width: ofChoices ? 0 : 2,
          points: { show: ofChoices, size: 10, fill: colour },
          ...(ofChoices && { paths: () => null }),
        },
        edge,
        edge,
      ],
      bands: ofChoices ? [] : [{ series: [3, 2], fill: `${colour}29` }],
      scales: {
        x: {
          time: false,
          distr: scale === 'log' ? 3 : 1,
          range: (_plot, low, high) => (ofChoices ? [-0.5, choices.length - 0.5] : [low, high]),
        },
        y: {
          range: () => {
            const [bottom, top] = uPlot.rangeNum(lowest, highest, 0.08, true);
            return unit === 'share' ? [Math.max(0, bottom!), Math.min(100, top!)] : [bottom!, top!];
          },
        },
      },
      axes: [
        axis(
          ink,
          chart.setting,
          { divisor: 1, name: '' },
          ofChoices
            ? {
                ...flat,
                splits: () => choices.map((_, i) => i),
                values: (_plot, splits) => splits.map(split => shortened(choices[split] ?? '')),
              }
            : {
                ...flat,
                values: (_plot, splits) =>
                  splits.map(split => (split === null ? '' : String(Number(split.toPrecision(3))))),
              },
        ),
        axis(ink, chart.label, scaleY, { size: widthOfNumbers }),
      ],
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 7 } },
      hooks: {
        drawAxes: [plot => drawTrials(plot, chart, scaleY.divisor, ink)],
        draw: [plot => ofChoices && drawRanges(plot, data, colour)],
      },
      plugins: [
        tip(index => ({
          head: ofChoices ? choices[expected.at[index]!]! : quantity(expected.at[index], 'number'),
          lines: [
            { swatch: 'c1', text: `expected ${quantity(expected.value[index], unit)}` },
            {
              swatch: 'c1',
              text: `${quantity(expected.low[index], unit)} to ${quantity(expected.high[index], unit)}`,
            },
          ],
        })),
      ],
    },
    data,
    place,
  );
}

/** Before the line, so that it lies over them. */
function drawTrials(plot: uPlot, { scale, trials }: EffectChart, divisor: number, ink: Ink): void {
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = ink.colour(6);
  ctx.globalAlpha = 0.65;
  for (const [i, at] of trials.at.entries()) {
    // Choices have many trials at one place.
    const aside = scale === 'choices' ? beside * (((i * 0.618) % 1) - 0.5) : 0;
    const x = plot.valToPos(at + aside, 'x', true);
    const y = plot.valToPos(trials.value[i]! / divisor, 'y', true);
    ctx.beginPath();
    ctx.arc(x, y, 3.5 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

/** From the low to the high end of each choice. */
function drawRanges(plot: uPlot, [at, , low, high]: uPlot.AlignedData, colour: string): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  for (const [i, x] of at.entries()) {
    const left = plot.valToPos(x, 'x', true);
    ctx.beginPath();
    ctx.moveTo(left, plot.valToPos(low![i]!, 'y', true));
    ctx.lineTo(left, plot.valToPos(high![i]!, 'y', true));
    ctx.stroke();
  }
  ctx.restore();
}

function shortened(text: string): string {
  return text.length > 22 ? `${text.slice(0, 21)}…` : text;
}
