import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { TaskPrivacy } from '../task/task-privacy.ts';
import type { Parts } from './ledger.ts';

/** True if a device with this last part may take part in a step of a budget. */
export const mayTakePart = (
  last: Parts,
  step: number,
  { separation, participations }: Pick<TaskPrivacy, 'separation' | 'participations'>,
): boolean => step >= last.step + separation && last.parts < participations;

/** Returns the error of a round that may not take a step with a device: no ε would hold. */
export const tookPartTooSoon = (device: string): MurmurationError =>
  new MurmurationError(
    'round.closed',
    `Device ${device} took part sooner or more often than the privacy budget allows.`,
  );

/** Throws `round.closed` if a device is named twice, so that its second part would not count. */
export function requireOnce(contributors: readonly DeviceId[]): void {
  const seen = new Set<DeviceId>();
  for (const device of contributors) {
    if (seen.has(device))
      throw new MurmurationError('round.closed', `Device ${device} has two parts in one step of a budget.`);
    seen.add(device);
  }
}
