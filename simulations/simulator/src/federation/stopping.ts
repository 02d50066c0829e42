import type { RoundEnded } from '../run-events/run-event.ts';
import type { RunProgress } from '../scenario/define-scenario.ts';
import type { CommonSettings } from '../scenario/settings.ts';

type Stop = CommonSettings['stop'];

/** True if the metrics reach the target; `better` is the direction of the target's metric. */
export function isReached(
  target: Stop['target'],
  better: 'higher' | 'lower' | undefined,
  metrics: Readonly<Record<string, number>>,
): boolean {
  const value = target && metrics[target.metric];
  if (typeof value !== 'number') return false;
  return better === 'lower' ? value <= target!.value : value >= target!.value;
}

/**
 * Returns a sentence about why the run is over; undefined if it goes on.
 * @param elapsed ms on the devices' clock
 */
export function stopReason(
  { rounds, target, after }: Stop,
  progress: Pick<RunProgress, 'rounds' | 'reachedAt'>,
  elapsed: number,
): string | undefined {
  if (target && progress.reachedAt !== null)
    return `The ${target.metric} reached ${target.value} with round ${progress.reachedAt}.`;
  if (progress.rounds >= rounds) return `All ${rounds} rounds are over.`;
  if (after !== null && elapsed >= after)
    return `${(elapsed / 3_600_000).toFixed(1)} hours have passed on the clock of the devices.`;
  return undefined;
}

/** Returns a sentence if all rounds failed; undefined if one did not, or if there was none. */
export function failureOf(ended: readonly Pick<RoundEnded, 'outcome' | 'failure'>[]): string | undefined {
  const last = ended.at(-1);
  if (!last || ended.some(({ outcome }) => outcome !== 'failed')) return undefined;
  const count = ended.length === 1 ? 'The only round failed' : `All ${ended.length} rounds failed`;
  return last.failure
    ? `${count}, the last one in ${last.failure.during}: ${last.failure.reason}`
    : `${count}.`;
}
