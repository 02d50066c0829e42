import { betterOf } from '@murmuration/api/direction';
import type { Metrics } from '@murmuration/rounds/evaluation/metrics';
import type { Retrain } from '@murmuration/rounds/task/retrain/retrain';
import type { Ending, OpenRun } from './state.ts';

type Until = Retrain['until'];

/** Returns the best version of a run by the metric of `plateau`, after one more version. */
export function bestWith(until: Until, best: OpenRun['best'], metrics: Metrics | null): OpenRun['best'] {
  const { plateau } = until;
  const value = plateau && metrics?.[plateau.metric];
  if (!plateau || typeof value !== 'number') return best;
  const { metric } = plateau;
  const isHigher = betterOf(metric) === 'higher';
  const isBetter = best?.metric !== metric || (isHigher ? value > best.value : value < best.value);
  return isBetter ? { metric, value, since: 0 } : { ...best!, since: best!.since + 1 };
}

/** Returns the cause that ends a run after a version; undefined if it goes on. */
export function endAfterVersion(until: Until, run: OpenRun, now: number): Ending | undefined {
  const { rounds, plateau, target } = until;
  if (target) {
    const value = run.metrics?.[target.metric];
    if (value === undefined) return unmeasured(target.metric);
    if (betterOf(target.metric) === 'higher' ? value >= target.value : value <= target.value)
      return { reason: 'target', text: `${target.metric} is ${value}; the target is ${target.value}.` };
  }
  if (plateau) {
    if (run.metrics?.[plateau.metric] === undefined) return unmeasured(plateau.metric);
    if (run.best && run.best.since >= plateau.rounds)
      return {
        reason: 'plateau',
        text: `${plateau.metric} was no better than ${run.best.value} for ${run.best.since} versions.`,
      };
  }
  if (rounds !== null && run.rounds >= rounds)
    return { reason: 'rounds', text: `It has made ${run.rounds} version${run.rounds === 1 ? '' : 's'}.` };
  return endInTime(until, run, now);
}

/** Returns the cause that ends a run after a failed round; undefined if it goes on. */
export function endAfterFailure(until: Until, run: OpenRun, now: number): Ending | undefined {
  if (run.failuresInRow >= until.failures)
    return { reason: 'failures', text: `${run.failuresInRow} rounds in a row failed.` };
  return endInTime(until, run, now);
}

/** Returns the cause that ends a run once its time is over; undefined before. */
export function endInTime({ time }: Until, { startedAt }: OpenRun, now: number): Ending | undefined {
  if (time === null || now < startedAt + time) return undefined;
  return { reason: 'time', text: `Its time of ${time / 1_000} s is over.` };
}

function unmeasured(metric: string): Ending {
  return {
    reason: 'unmeasured',
    text: `The evaluation of the task gives no metric "${metric}"; name one that it gives in retrain.until.`,
  };
}
