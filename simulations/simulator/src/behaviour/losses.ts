import { chance } from './chance.ts';

/** The phases of a round in which a device sends something that may get lost, in their order. */
export const lossPhases = ['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const;
export type LossPhase = (typeof lossPhases)[number];

/** Share of the devices of each round that fall silent, by phase. */
export type Losses = Readonly<Record<LossPhase, number>>;

/** Losses in one phase alone. */
export function lossesIn(phase: LossPhase, share: number): Losses {
  return { keys: 0, shares: 0, updates: 0, agreement: 0, unmasking: 0, [phase]: share };
}

/**
 * The phase in which a device falls silent in a round, of whatever name; null: in none. Shares are of all devices of the round, so that
 * those of several phases add up: the first phase loses its share, and so on.
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
