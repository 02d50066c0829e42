import type { ExperimentMessage } from '@murmuration/api/experiment';
import { type ArmSums, meanOf } from '@murmuration/monitoring/experiments/arm-sums';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import { adjusted } from './adjustment.ts';
import { type ArmAnalysis, analyse, figure, isHigherBetter } from './analysis.ts';
import type { Experiment } from './experiment.ts';
import type { ArmTally } from './tally.ts';

/** Returns the message of an experiment for operators. */
export function experimentMessage(experiment: Experiment, tally: ArmTally): ExperimentMessage {
  const {
    name,
    kind,
    outcome,
    reason,
    layer,
    key,
    covariate,
    metric,
    alpha,
    planned,
    guards,
    devices,
    query,
    createdBy,
  } = experiment;
  const analysed = analyse(experiment, tally);
  const step = outcome === 'running' ? stepOf(experiment) : null;
  return {
    name,
    kind,
    outcome,
    reason,
    layer: { name: layer.name, from: layer.from, to: layer.to },
    key,
    covariate: covariate && {
      ...covariate,
      known: analysed.reduce((sum, { totals }) => sum + totals.known.n, 0),
      removed: adjusted(experiment, tally)?.removed ?? null,
    },
    metric,
    alpha,
    planned,
    guards: guards.map(({ metric, worseBy }) => ({ metric, worseBy })),
    step,
    devices,
    query: query ?? null,
    createdAt: iso(experiment.createdAt),
    createdBy,
    endsAt: isoOrNull(experiment.endsAt),
    endedAt: isoOrNull(experiment.endedAt),
    isFull: tally.isFull,
    arms: analysed.map(each => armMessage(each, query !== undefined)),
    sampleRatio: kind === 'mirror' ? null : { p: tally.ratio },
    verdict: verdictOf(experiment, analysed),
  };
}

function armMessage(
  { arm, totals, value, chance, comparison, unadjusted, fixed }: ArmAnalysis,
  isOfDevices: boolean,
): ExperimentMessage['arms'][number] {
  const { requests, failures, agreed, dropped, answers } = totals;
  return {
    name: arm.name,
    version: arm.number,
    share: arm.share,
    units: totals.failed.n,
    outcomes: totals.values.n,
    requests,
    failures,
    accuracy: meanOrNull(totals.values),
    latency: meanOrNull(totals.ms),
    value: value && { mean: value.mean, interval: rangeOf(value.interval) },
    agreed: requests > 0 ? agreed / requests : null,
    dropped,
    answers: isOfDevices
      ? {
          predictions: answers?.predictions ?? 0,
          good: answers?.good ?? 0,
          rounds: answers?.rounds ?? 0,
          lost: answers?.lost ?? 0,
        }
      : null,
    best: chance?.best ?? null,
    loss: chance?.loss ?? null,
    difference: comparison && {
      effect: comparison.effect,
      interval: rangeOf(comparison.interval),
      p: comparison.p,
      isDecided: comparison.isDecided,
      fixed: fixed && { p: fixed.p, interval: rangeOf(fixed.interval) },
      unadjusted: unadjusted && {
        effect: unadjusted.effect,
        interval: rangeOf(unadjusted.interval),
        p: unadjusted.p,
      },
    },
  };
}

/** Returns a verdict for the person who decides, in one or two sentences. */
function verdictOf(experiment: Experiment, arms: readonly ArmAnalysis[]): string {
  const { kind, outcome, reason, metric } = experiment;
  if (outcome === 'broken' || outcome === 'guarded') return reason ?? '';
  if (kind === 'mirror') {
    const [only] = arms;
    const requests = only?.totals.requests ?? 0;
    if (requests === 0) return 'Nothing was mirrored yet.';
    return `The same answer in ${percent((only?.totals.agreed ?? 0) / requests)} of ${requests} requests, ${only?.totals.failures} failures.`;
  }
  const known = arms.filter(({ comparison }) => comparison);
  if (known.length === 0) return 'Too little is known yet.';
  const sign = isHigherBetter(metric) ? 1 : -1;
  const decided = known.filter(({ comparison }) => comparison!.isDecided);
  const better = decided.filter(({ comparison }) => sign * comparison!.effect > 0);
  const best = arms.reduce((a, b) => ((b.chance?.best ?? 0) > (a.chance?.best ?? 0) ? b : a));
  const cost = best.chance
    ? ` ${best.arm.name} is the best with a chance of ${percent(best.chance.best)}; choosing it now loses ${figure(best.chance.loss)} on average.`
    : '';
  if (better.length > 0) {
    const winner = better.reduce((a, b) =>
      sign * b.comparison!.effect > sign * a.comparison!.effect ? b : a,
    );
    return `${winner.arm.name} is better than ${arms[0]!.arm.name} by ${figure(Math.abs(winner.comparison!.effect))}.${cost}`;
  }
  if (decided.length === known.length) return `${arms[0]!.arm.name} is better than every other arm.${cost}`;
  return `There is no winner yet.${cost}`;
}

function stepOf({ steps, step, stepAt }: Experiment): ExperimentMessage['step'] {
  const current = steps?.[step];
  if (!steps || !current) return null;
  const { share } = current;
  return { number: step + 1, of: steps.length, share, until: iso(stepAt + current.for) };
}

function meanOrNull(sums: ArmSums): number | null {
  return sums.n > 0 ? meanOf(sums) : null;
}

function rangeOf([low, high]: readonly [number, number]): [number | null, number | null] {
  return [Number.isFinite(low) ? low : null, Number.isFinite(high) ? high : null];
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
