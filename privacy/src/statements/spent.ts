import { type Account, accountOf } from '../accountants/account.ts';
import { gaussianMu } from '../accountants/gaussian.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import { checkedParticipation } from '../mechanisms/participation.ts';
import { requireDelta } from './budget.ts';
import type { Circumstances, Numbers, Statement } from './statement.ts';

/** What goes on beside every training, and what no accountant of one training counts. */
const standardNotCounted = ['settings that were tuned on the same devices'];

/** Of those who did not take part, the share that a test accuses wrongly. */
const falsePositives = 0.1;

/**
 * The ε that a mechanism spends at `delta`, in the circumstances of a training, with all that it stands on; or why there is none.
 * @throws MurmurationError `config.invalid` for a δ that is none, and for a mechanism with numbers out of range.
 */
export function spent(mechanism: Mechanism, delta: number, circumstances: Circumstances): Statement {
  requireDelta(delta);
  const account = accountOf(mechanism);
  const { clip, released, noiseBy, enforcedBy, notCounted = standardNotCounted } = circumstances;
  const terms = {
    delta,
    unit: 'device',
    adjacency: 'zero-out',
    released,
    clip,
    mechanism,
    ...numbersOf(mechanism),
    noiseBy,
    enforcedBy,
    notCounted,
  } as const;
  const reason = reasonAgainst(account, circumstances);
  if (reason !== undefined) return { ...terms, holds: false, reason };
  const epsilon = account.epsilonAt(delta);
  return {
    ...terms,
    holds: true,
    epsilon,
    accountant: account.accountant,
    mu: account.mu ?? (epsilon === 0 ? 0 : gaussianMu(epsilon, delta)),
    truePositives: account.truePositivesAt(falsePositives),
  };
}

/** Why no ε holds, as a sentence; undefined where one does. */
function reasonAgainst(
  { hasNoise }: Account,
  { clip, enforcedBy, broken }: Circumstances,
): string | undefined {
  if (broken !== undefined) return broken;
  if (!(clip > 0 && Number.isFinite(clip)))
    return 'Contributions are not clipped, so that one device can contribute without limit.';
  if (!hasNoise) return 'No noise is added.';
  if (enforcedBy.length === 0) return 'Nobody keeps devices to the number of their parts.';
  return undefined;
}

function numbersOf(mechanism: Mechanism): Numbers {
  switch (mechanism.kind) {
    case 'gaussian':
      return { noiseMultiplier: mechanism.noiseMultiplier, participations: 1 };
    case 'skellam':
    case 'discreteGaussian': {
      const { perDevice, quorum, clip } = mechanism;
      return { noiseMultiplier: Math.sqrt(perDevice * quorum) / clip, participations: 1, quorum };
    }
    case 'correlated': {
      const { n, b, k } = checkedParticipation(mechanism);
      return { noiseMultiplier: mechanism.noiseMultiplier, rounds: n, separation: b, participations: k };
    }
    case 'sampled':
      return { ...numbersOf(mechanism.of), probability: mechanism.probability };
    case 'repeated': {
      const { participations, rounds, ...other } = numbersOf(mechanism.of);
      // What is repeated with all its rounds has no separation as a whole.
      const all =
        participations === undefined || rounds !== undefined ? undefined : participations * mechanism.times;
      return { ...other, participations: all };
    }
    case 'composed':
      return {};
  }
}
