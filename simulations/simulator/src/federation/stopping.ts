import type { RoundEnded } from '../run-events/run-event.ts';
import type { RunProgress } from '../scenario/define-scenario.ts';
import type { CommonSettings } from '../scenario/settings.ts';

type Stop = CommonSettings['stop'];

/** Whether these metrics are as good as the target, or better; `better` is which way the target's metric is. */
export function isReached(
  target: Stop['target'],
  better: 'higher' | 'lower' | undefined,
  metrics: Readonly<Record<string, number>>,
): boolean {
  const value = target && metrics[target.metric];
  if (typeof value !== 'number') return false;
  return better === 'lower' ? value <= target!.value : value >= target!.value;
}

/** Why a run is over, in a sentence; undefined while it goes on. `elapsed`: ms on the clock of the devices. */
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

/** Why a run taught nothing, in a sentence: all of its rounds failed; undefined where one did not, or where there was none. */
export function failureOf(ended: readonly Pick<RoundEnded, 'outcome' | 'failure'>[]): string | undefined {
  const last = ended.at(-1);
  if (!last || ended.some(({ outcome }) => outcome !== 'failed')) return undefined;
  const count = ended.length === 1 ? 'The only round failed' : `All ${ended.length} rounds failed`;
  return last.failure
    ? `${count}, the last one in ${last.failure.during}: ${last.failure.reason}`
    : `${count}.`;
}
