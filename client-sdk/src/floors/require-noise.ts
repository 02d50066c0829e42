import { accountOf } from '@murmuration/privacy/accountants/account';
import { plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { BelowFloor } from './below-floor.ts';

/** What two devices may compute differently of one ε. */
const tolerance = 1e-6;

/**
 * Throws `plan.below-floor` unless the noise that a plan asks of its devices gives the ε that it states, over all parts that one of them may
 * take, with no more noise in a sum than that of the honest devices of the smallest one.
 */
export function requireNoise(plan: Plan): void {
  const { privacy } = plan;
  if (!privacy?.noise) return;
  const { noise, participations, epsilon, delta } = privacy;
  let spent: number;
  try {
    const of = plannedNoise(plan, noise);
    spent = accountOf({ kind: 'repeated', times: participations, of }).epsilonAt(delta);
  } catch (error) {
    if (error instanceof MurmurationError) throw new BelowFloor('privacy', error.detail);
    throw error;
  }
  if (!(spent <= epsilon * (1 + tolerance)))
    throw new BelowFloor(
      'privacy',
      `The plan says ε = ${epsilon} at δ = ${delta}; the noise that it asks for gives ε = ${spent.toPrecision(4)} over ${participations} parts.`,
    );
}
