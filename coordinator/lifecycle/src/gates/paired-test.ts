import { discordant, mcnemar } from '@murmuration/monitoring/paired/mcnemar';
import { fewestUnits, studentInterval } from '@murmuration/monitoring/paired/mean-difference';
import { PairedBootstrap } from '@murmuration/monitoring/paired/paired-bootstrap';
import type { Evaluation, Measured } from '@murmuration/rounds/evaluation/evaluation';
import type { GateTestResult } from '@murmuration/rounds/registry/gate-decisions';
import { confidence, type Gate } from '@murmuration/rounds/task/task-gate';
import { gain, own } from './checks.ts';

/** Draws between two calls of `turn`, which take a few ms. */
const drawsOfTurn = 500_000;
/** Resamples, enough for the ends of an interval at 95 % confidence. */
const resamples = 2_000;
/** Seed of the resampling, so that the same figures give the same decision. */
const seed = 1;

/**
 * Tests a metric of two evaluations on the units that both measured; null if there are too few, or if they
 * differ. p of a bootstrap is about a gain above `by`. After each batch of draws, `turn` yields the thread.
 */
export async function pairedTest(
  test: Exclude<Gate['test'], 'none'>,
  { metric, measured, by }: { readonly metric: string; readonly measured: Measured; readonly by: number },
  champion: Evaluation,
  challenger: Evaluation,
  turn: () => Promise<void>,
): Promise<GateTestResult | null> {
  if (test === 'mcnemar') {
    const pair = examplesOf(metric, champion, challenger);
    if (!pair) return null;
    return {
      kind: 'mcnemar',
      units: 'examples',
      count: pair.before.length,
      interval: null,
      p: mcnemar(discordant(pair.before, pair.after)),
    };
  }
  const differences =
    test === 'slices'
      ? differencesOfSlices(metric, measured, champion, challenger)
      : differencesOfExamples(metric, measured, champion, challenger);
  if (!differences || differences.length < fewestUnits(confidence)) return null;
  const bootstrap = new PairedBootstrap(differences, { seed });
  const atOnce = Math.max(1, Math.floor(drawsOfTurn / differences.length));
  while (bootstrap.resamples < resamples) {
    bootstrap.draw(Math.min(atOnce, resamples - bootstrap.resamples));
    await turn();
  }
  const { interval: drawn, p } = bootstrap.result(confidence, by);
  // Resamples of few units vary less than new units would.
  const [low, high] = studentInterval(differences, confidence);
  const interval = [Math.min(drawn[0], low), Math.max(drawn[1], high)] as const;
  const units = test === 'slices' ? 'slices' : 'examples';
  return { kind: 'paired-bootstrap', units, count: differences.length, interval, p };
}

function examplesOf(metric: string, champion: Evaluation, challenger: Evaluation) {
  const [before, after] = [own(champion.examples, metric), own(challenger.examples, metric)];
  // Different examples can't be paired.
  return before && after && before.length === after.length ? { before, after } : undefined;
}

function differencesOfExamples(
  metric: string,
  measured: Measured,
  champion: Evaluation,
  challenger: Evaluation,
): Float64Array | undefined {
  const pair = examplesOf(metric, champion, challenger);
  if (!pair) return undefined;
  const { before, after } = pair;
  return Float64Array.from({ length: before.length }, (_, at) => gain(measured, before[at]!, after[at]!));
}

function differencesOfSlices(
  metric: string,
  measured: Measured,
  champion: Evaluation,
  challenger: Evaluation,
): Float64Array {
  const differences: number[] = [];
  for (const [slice, metrics] of Object.entries(champion.slices ?? {})) {
    const [before, after] = [own(metrics, metric), own(own(challenger.slices, slice), metric)];
    if (before !== undefined && after !== undefined) differences.push(gain(measured, before, after));
  }
  return Float64Array.from(differences);
}
