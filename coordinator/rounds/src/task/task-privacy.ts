import {
  type Correlated,
  correlatedSensitivitySquared,
  noisingOf,
} from '@murmuration/privacy/mechanisms/mechanism';
import { errorsOf } from '@murmuration/privacy/mechanisms/toeplitz';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import type { PlanNoise } from '@murmuration/protocol/messages/plan';
import { bltOf, type TaskBlt, type WantedBlt, wantedBlt } from './blt-of-task.ts';

/** What a task may lose of a device's privacy, and with which noise. */
export interface TaskPrivacy {
  /** (ε, δ) of a device once all `rounds` versions are released; unit and adjacency are those of the statement. */
  readonly epsilon: number;
  readonly delta: number;
  /** Versions that the budget is for. */
  readonly rounds: number;
  /** b: steps from one part of a device to its next, at least; 1: every one. */
  readonly separation: number;
  /** k: parts of a device, at most. */
  readonly participations: number;
  /** Versions whose noise a version takes back a part of, itself among them; 1: noise that is independent from version to version. */
  readonly bands: number;
  /** BLT noise, which goes back to the first version; left out where it is BISR's, which goes back `bands`. */
  readonly blt?: TaskBlt;
  /** z: the standard deviation of the noise, in the longest update, that (ε, δ) takes; where devices add it, what it takes at least. */
  readonly noiseMultiplier: number;
  /** The noise that devices add themselves, independent from version to version; left out where the coordinator adds it. */
  readonly devices?: PlanNoise['kind'];
}

/** What a team says of it. */
export interface WantedPrivacy extends Pick<TaskPrivacy, 'epsilon' | 'delta' | 'rounds' | 'separation'> {
  /** As many as separation and rounds leave room for, where it is left out. */
  readonly participations?: number | undefined;
  readonly noise: 'correlated' | 'independent' | 'blt' | WantedBlt | PlanNoise['kind'];
}

/** Versions that correlated noise goes back, at most: each takes as much time as the noise of one version. */
const mostBands = 64;

/**
 * A budget with the least noise that spends no more than is wanted. Correlated noise goes back as far as makes the sums of versions, which
 * models are, the least noisy. Throws `config.invalid` for numbers that are out of range or don't fit each other.
 */
export function privacyOf({ noise, participations, ...wanted }: WantedPrivacy): TaskPrivacy {
  const k = participations ?? mostParticipations(wanted.rounds, wanted.separation);
  const shape = { ...wanted, participations: k };
  if (noise === 'blt' || typeof noise === 'object') {
    const asked = noise === 'blt' ? ({ kind: 'blt' } as const) : noise;
    const found = { ...shape, bands: shape.rounds, blt: bltOf(asked, shape) };
    return { ...found, noiseMultiplier: calibrate(wanted, mechanismShape(found)).noiseMultiplier };
  }
  const bands = noise === 'correlated' ? quietest(shape) : 1;
  const { noiseMultiplier } = calibrate(wanted, { ...mechanismShape({ ...shape, bands }) });
  const devices = noise === 'skellam' || noise === 'discreteGaussian' ? { devices: noise } : {};
  return { ...shape, bands, noiseMultiplier, ...devices };
}

/** What a definition would say of a budget. */
export function wantedPrivacy({
  noiseMultiplier: _,
  bands,
  blt,
  devices,
  ...rest
}: TaskPrivacy): WantedPrivacy {
  if (blt) return { ...rest, noise: wantedBlt(blt) };
  return { ...rest, noise: devices ?? (bands === 1 ? 'independent' : 'correlated') };
}

/** How versions of a budget share their noise, where the coordinator adds it. */
export const sharedNoiseOf = ({ bands, blt }: Pick<TaskPrivacy, 'bands' | 'blt'>): Correlated['noise'] =>
  blt ? { kind: 'blt', theta: blt.theta, omega: blt.omega } : { kind: 'bisr', bands };

/**
 * Whether the noise of a version takes back a part of that of older ones: it then goes on at the same places of the same vector, and versions can't
 * change which values are trained.
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

/** The bands, a power of two, with the least noise in the sums of versions. */
function quietest(shape: Omit<Shape, 'bands' | 'blt'>): number {
  let best = { bands: 1, error: Infinity };
  for (let bands = 1; bands <= Math.min(mostBands, shape.rounds); bands *= 2) {
    const squared = correlatedSensitivitySquared(mechanismShape({ ...shape, bands }));
    const { rootMean } = errorsOf(noisingOf({ kind: 'bisr', bands }, shape.rounds), shape.rounds, squared);
    if (rootMean < best.error) best = { bands, error: rootMean };
  }
  return best.bands;
}

/** Parts that so many rounds have room for. */
export const mostParticipations = (rounds: number, separation: number): number =>
  Math.ceil(rounds / separation);

/** What has been released once a budget has taken `steps` steps, 1 or more, with noise by the coordinator. */
export function mechanismAfter(privacy: TaskPrivacy, steps: number): Correlated {
  const room = mostParticipations(steps, privacy.separation);
  const participations = Math.min(privacy.participations, room);
  return {
    ...mechanismShape({ ...privacy, rounds: steps, participations }),
    noiseMultiplier: privacy.noiseMultiplier,
  };
}

/**
 * How many times as much noise as with BISR is in the models of a budget for the same ε, on average over its versions, with noise of the standard
 * deviation `own`, in longest updates, that versions share as `shared` says.
 */
export function besideBisr(privacy: TaskPrivacy, own: number, shared: Correlated['noise']): number {
  const bisr = privacyOf({ ...wantedPrivacy(privacy), noise: 'correlated' });
  const errorOf = (noise: Correlated['noise']) =>
    errorsOf(noisingOf(noise, privacy.rounds), privacy.rounds, 1).rootMean;
  return (own * errorOf(shared)) / (bisr.noiseMultiplier * errorOf(sharedNoiseOf(bisr)));
}

/** Devices that a population needs, so that a round finds `minimum` of them whenever it begins. */
export function devicesNeeded(
  { rounds, separation, participations }: Pick<TaskPrivacy, 'rounds' | 'separation' | 'participations'>,
  minimum: number,
): number {
  return Math.max(minimum * separation, Math.ceil((minimum * rounds) / participations));
}
