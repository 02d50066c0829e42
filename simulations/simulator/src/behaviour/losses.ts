import { chance } from './chance.ts';

/** Phases of a round in which a device sends a message that may get lost, in order. */
export const lossPhases = ['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const;
export type LossPhase = (typeof lossPhases)[number];

/** Share of each round's devices that fall silent, by phase. */
export type Losses = Readonly<Record<LossPhase, number>>;

/** Returns losses in only one phase. */
export function lossesIn(phase: LossPhase, share: number): Losses {
  return { keys: 0, shares: 0, updates: 0, agreement: 0, unmasking: 0, [phase]: share };
}

/**
 * Draws the phase in which a device falls silent, or null. Shares are of all devices of the round, so those
 * of several phases add up.
 */
export function silencedAt(
  losses: Losses,
  seed: number,
  device: number,
  round: string | number,
): LossPhase | null {
  const at = chance(seed, 'loss', device, round);
  let sum = 0;
  for (const phase of lossPhases) {
    sum += losses[phase];
    if (at < sum) return phase;
  }
  return null;
}
