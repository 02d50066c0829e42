import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Account, accountOf } from '../accountants/account.ts';
import { gaussianMu } from '../accountants/gaussian.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import { checkedParticipation } from '../mechanisms/participation.ts';
import { requireDelta } from './budget.ts';
import type { Circumstances, Numbers, Statement } from './statement.ts';

/** Privacy loss outside of a training, which its accountant does not count. */
const standardNotCounted = ['settings that were tuned on the same devices'];

/** Share of the others that a test wrongly accuses. */
const falsePositives = 0.1;

/**
 * Statement of the ε that a mechanism spends at `delta`, in the circumstances of a training, with all
 * conditions; or why there is none.
 * @throws MurmurationError `config.invalid` for an invalid δ, for a mechanism with numbers out of range, and
 * if the wrong party is said to add its noise.
 */
export function spent(mechanism: Mechanism, delta: number, circumstances: Circumstances): Statement {
  requireDelta(delta);
  requireParty(mechanism, circumstances.noiseBy);
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

function requireParty(mechanism: Mechanism, noiseBy: Circumstances['noiseBy']): void {
  const parties = new Set(partiesOf(mechanism));
  if (parties.size > 0 && !parties.has(noiseBy))
    throw new MurmurationError(
      'config.invalid',
      `Noise of the kind ${mechanism.kind} is added by the ${[...parties].join(' and the ')}, not by the ${noiseBy}.`,
    );
}

/** Parties that add the noise: devices add that in the ring, the coordinator all other. */
function partiesOf(mechanism: Mechanism): readonly Circumstances['noiseBy'][] {
  switch (mechanism.kind) {
    case 'repeated':
      return partiesOf(mechanism.of);
    case 'composed':
      return mechanism.parts.flatMap(partiesOf);
    case 'skellam':
    case 'discreteGaussian':
      return ['device'];
    default:
      return ['coordinator'];
  }
}

/** Sentence that says why no ε holds; undefined if one does. */
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

/** True if every release has only noise by devices. */
const isByDevices = (mechanism: Mechanism): boolean =>
  partiesOf(mechanism).every(party => party === 'device');

/**
 * Numbers of releases with noise by devices, some with more devices than others: the least noise, and
 * all participations.
 */
function numbersOfReleases(each: readonly Numbers[]): Numbers {
  if (each.length === 0) return {};
  const least = (values: readonly (number | undefined)[]) =>
    Math.min(...values.map(value => value ?? Infinity));
  return {
    noiseMultiplier: least(each.map(({ noiseMultiplier }) => noiseMultiplier)),
    participations: each.reduce((sum, { participations = 0 }) => sum + participations, 0),
    quorum: least(each.map(({ quorum }) => quorum)),
  };
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
      // A repeated mechanism of several rounds has no separation as a whole.
      const all =
        participations === undefined || rounds !== undefined ? undefined : participations * mechanism.times;
      return { ...other, participations: all };
    }
    case 'composed':
      return isByDevices(mechanism) ? numbersOfReleases(mechanism.parts.map(numbersOf)) : {};
  }
}
