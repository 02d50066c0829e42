import type { Line, LineChart, SeriesColour } from '@murmuration/monitoring/kit/chart';
import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import type { Figure } from '@murmuration/monitoring/kit/figure';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import { colourOf, rounded } from '@murmuration/simulations/report/learning-charts';
import { inOrder } from '../search.ts';
import type { Trained } from '../training.ts';
import type { Tuned } from '../tuned.ts';
import { trialName } from './words.ts';

/** Trials that are drawn. */
const maxDrawnTrials = 8;

/** Curves of what was chosen, and of the best trials of its search. */
export function curvesSection(tuned: Tuned): Section {
  const { proposed, own, finalSeeds, metric, better, on } = tuned;
  const finals = [
    { name: 'the choice', curve: proposed.final.curve },
    { name: "the scenario's own settings", curve: own.curve },
    ...(proposed.grid ? [{ name: 'the best of the grid', curve: proposed.grid.final.curve }] : []),
  ];
  const trials = inOrder(proposed.trials, better)
    .slice(0, maxDrawnTrials)
    .map(({ trial, curve }) => ({ name: trialName(trial), curve }));
  const figures = [
    figure('final-curves', `On held-out data, seed ${finalSeeds[0]!}`, finals, tuned),
    figure(
      'trial-curves',
      `The best trials of search ${proposed.seed}, ${on === 'proxy' ? 'on public data' : 'on examples set apart'}`,
      trials,
      tuned,
    ),
  ].flatMap(each => each ?? []);
  return {
    id: 'curves',
    title: 'Curves',
    before: figures.length > 0 ? null : nothing(`No training measured its ${metric}.`),
    figures,
  };
}

interface Named {
  readonly name: string;
  readonly curve: Trained['curve'];
}

function figure(
  id: string,
  title: string,
  curves: readonly Named[],
  { metric, unit, space }: Tuned,
): Figure | null {
  const step = space.training === 'central' ? 'epoch' : 'round';
  const lines = curves.flatMap(({ name, curve }, i) => lineOf(name, curve, colourOf(i)) ?? []);
  if (lines.length === 0) return null;
  const chart: LineChart = { kind: 'lines', unit, label: metric, lines, references: [], step };
  const [first] = lines as [Line, ...Line[]];
  return {
    id,
    title,
    summary: `${first.name} came to ${quantity(first.value.at(-1), unit)} in ${step} ${first.round.at(-1)}.`,
    chart,
  };
}

function lineOf(name: string, curve: Trained['curve'], colour: SeriesColour): Line | null {
  const known = curve.filter(({ value }) => value !== null);
  if (known.length === 0) return null;
  const round = known.map(each => each.round);
  return {
    name,
    colour,
    dashed: false,
    round,
    value: known.map(({ value }) => rounded(value!)),
    band: null,
  };
}
