import { betterOf } from '@murmuration/api/direction';
import type { Metrics } from '@murmuration/rounds/evaluation/metrics';
import type { Retrain } from '@murmuration/rounds/task/retrain/retrain';
import type { Ending, OpenRun } from './state.ts';

type Until = Retrain['until'];

/** Returns the best version of a run by the metric of `until`, after one more version. */
export function bestWith({ metric }: Until, best: OpenRun['best'], metrics: Metrics | null): OpenRun['best'] {
  const value = metric === null ? undefined : metrics?.[metric];
  if (metric === null || typeof value !== 'number') return best;
  const isHigher = betterOf(metric) === 'higher';
  const isBetter = best?.metric !== metric || (isHigher ? value > best.value : value < best.value);
  return isBetter ? { metric, value, since: 0 } : { ...best, since: best.since + 1 };
}

/** Returns the cause that ends a run after a version; undefined if it goes on. */
export function endAfterVersion(until: Until, run: OpenRun, now: number): Ending | undefined {
  const { rounds, metric, plateau, target } = until;
  const value = metric === null ? undefined : run.metrics?.[metric];
  if (metric !== null && (target !== null || plateau !== null)) {
    if (value === undefined) return unmeasured(metric);
    const isHigher = betterOf(metric) === 'higher';
    if (target !== null && (isHigher ? value >= target : value <= target))
      return { reason: 'target', text: `${metric} is ${value}; the target is ${target}.` };
    if (plateau !== null && run.best && run.best.since >= plateau)
      return {
        reason: 'plateau',
        text: `${metric} was no better than ${run.best.value} for ${run.best.since} versions.`,
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
