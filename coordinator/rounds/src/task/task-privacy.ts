import {
  type Correlated,
  correlatedSensitivitySquared,
  noisingOf,
} from '@murmuration/privacy/mechanisms/mechanism';
import { errorsOf } from '@murmuration/privacy/mechanisms/toeplitz';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import type { PlanNoise } from '@murmuration/protocol/messages/plan';
import { bltOf, type TaskBlt } from './blt-of-task.ts';

/** Privacy budget of a device in a task, and the noise that keeps to it. */
export interface TaskPrivacy {
  /**
   * (ε, δ) of a device after all `rounds` versions are released; the statement names its unit and adjacency.
   */
  readonly epsilon: number;
  readonly delta: number;
  /** Number of versions that the budget covers. */
  readonly rounds: number;
  /** b: fewest steps from one participation of a device to its next; 1 allows every step. */
  readonly separation: number;
  /** k: most participations of a device. */
  readonly participations: number;
  /**
   * Number of versions that share noise: a version takes back part of the noise of those before it; the
   * number includes the version itself. 1 is noise that is independent between versions.
   */
  readonly bands: number;
  /**
   * BLT noise, which goes back to the first version; left out for BISR noise, which goes back `bands`
   * versions.
   */
  readonly blt?: TaskBlt;
  /**
   * z: standard deviation of the noise that (ε, δ) needs, as a multiple of the longest update; a lower bound
   * if devices add the noise.
   */
  readonly noiseMultiplier: number;
  /** Kind of noise that devices add, independent between versions; left out if the coordinator adds it. */
  readonly devices?: PlanNoise['kind'];
}

/** Privacy settings of a definition. */
export interface WantedPrivacy extends Pick<TaskPrivacy, 'epsilon' | 'delta' | 'rounds' | 'separation'> {
  readonly noise: 'correlated' | 'independent' | 'blt' | PlanNoise['kind'];
}

/** Most versions that correlated noise goes back; each takes as much time as the noise of one version. */
const mostBands = 64;

/**
 * Returns a budget with the least noise for the wanted (ε, δ). Correlated noise has the number of bands with
 * the least noise in sums of versions, which models are. Throws `config.invalid` for numbers that are out of
 * range or don't fit each other. `given` takes the place of the best BLT.
 */
export function privacyOf({ noise, ...wanted }: WantedPrivacy, given?: TaskBlt): TaskPrivacy {
  const shape = { ...wanted, participations: mostParticipations(wanted.rounds, wanted.separation) };
  if (noise === 'blt') {
    const found = { ...shape, bands: shape.rounds, blt: given ?? bltOf(shape) };
    return { ...found, noiseMultiplier: calibrate(wanted, mechanismShape(found)).noiseMultiplier };
  }
  const bands = noise === 'correlated' ? quietest(shape) : 1;
  const { noiseMultiplier } = calibrate(wanted, { ...mechanismShape({ ...shape, bands }) });
  const devices = noise === 'skellam' || noise === 'discreteGaussian' ? { devices: noise } : {};
  return { ...shape, bands, noiseMultiplier, ...devices };
}

/** Returns the privacy settings of a budget as a definition has them. */
export function wantedPrivacy({
  noiseMultiplier: _,
  participations: __,
  bands,
  blt,
  devices,
  ...rest
}: TaskPrivacy): WantedPrivacy {
  if (blt) return { ...rest, noise: 'blt' };
  return { ...rest, noise: devices ?? (bands === 1 ? 'independent' : 'correlated') };
}

/** Returns how the versions of a budget share noise that the coordinator adds. */
export const sharedNoiseOf = ({ bands, blt }: Pick<TaskPrivacy, 'bands' | 'blt'>): Correlated['noise'] =>
  blt ? { kind: 'blt', theta: blt.theta, omega: blt.omega } : { kind: 'bisr', bands };

/**
 * True if a version takes back part of the noise of older versions. The noise then continues at the same
 * positions of the same vector, and versions can't change which values are trained.
 */
export const takesBackOlderNoise = (privacy: TaskPrivacy | null): boolean =>
  privacy !== null && !privacy.devices && (privacy.blt !== undefined || privacy.bands > 1);

type Shape = Pick<TaskPrivacy, 'rounds' | 'separation' | 'participations' | 'bands' | 'blt'>;

const mechanismShape = ({ rounds, separation, participations, ...noise }: Shape) =>
  ({
    kind: 'correlated',
    noise: sharedNoiseOf(noise),
    rounds,
    separation,
    participations,
  }) as const;

/** Returns the number of bands, a power of two, with the least noise in sums of versions. */
function quietest(shape: Omit<Shape, 'bands' | 'blt'>): number {
  let best = { bands: 1, error: Infinity };
  for (let bands = 1; bands <= Math.min(mostBands, shape.rounds); bands *= 2) {
    const squared = correlatedSensitivitySquared(mechanismShape({ ...shape, bands }));
    const { rootMean } = errorsOf(noisingOf({ kind: 'bisr', bands }, shape.rounds), shape.rounds, squared);
    if (rootMean < best.error) best = { bands, error: rootMean };
  }
  return best.bands;
}

/** Most participations of a device in this number of rounds. */
export const mostParticipations = (rounds: number, separation: number): number =>
  Math.ceil(rounds / separation);

/**
 * Returns the mechanism released after `steps` steps of a budget, at least 1, with noise by the coordinator.
 */
export function mechanismAfter(privacy: TaskPrivacy, steps: number): Correlated {
  const room = mostParticipations(steps, privacy.separation);
  const participations = Math.min(privacy.participations, room);
  return {
    ...mechanismShape({ ...privacy, rounds: steps, participations }),
    noiseMultiplier: privacy.noiseMultiplier,
  };
}

/**
 * Returns the ratio of the noise in a budget's models, on average over its versions, to that of BISR at the
 * same ε. `own` is the standard deviation of the noise as a multiple of the longest update; versions share
 * it as `shared` says.
 */
export function besideBisr(privacy: TaskPrivacy, own: number, shared: Correlated['noise']): number {
  const bisr = privacyOf({ ...wantedPrivacy(privacy), noise: 'correlated' });
  const errorOf = (noise: Correlated['noise']) =>
    errorsOf(noisingOf(noise, privacy.rounds), privacy.rounds, 1).rootMean;
  return (own * errorOf(shared)) / (bisr.noiseMultiplier * errorOf(sharedNoiseOf(bisr)));
}

/** Fewest devices of a population such that every round finds `minimum` of them. */
export function devicesNeeded(
  { rounds, separation, participations }: Pick<TaskPrivacy, 'rounds' | 'separation' | 'participations'>,
  minimum: number,
): number {
  return Math.max(minimum * separation, Math.ceil((minimum * rounds) / participations));
}
