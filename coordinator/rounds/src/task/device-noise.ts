import { type Distributed, ringWidth } from '@murmuration/privacy/mechanisms/distributed';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { honestIn, noiseShape } from '@murmuration/privacy/mechanisms/planned-noise';
import { calibrateBeside } from '@murmuration/privacy/statements/calibrate';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PlanNoise } from '@murmuration/protocol/messages/plan';
import { fewestInAnySum, findParameters } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { wrongTask } from '../configuration/config-error.ts';
import { cohortSizeOf, largestSumOf, type Task } from './task.ts';
import { besideBisr, type TaskPrivacy } from './task-privacy.ts';

/**
 * Noise that devices add, as the plans of a budget ask for it; `quorum` counts the devices whose noise is
 * certain in the smallest sum.
 */
export interface DeviceNoise extends Distributed {
  /** Devices that may leave their noise out. */
  readonly corrupt: number;
  /** Bits of the ring. */
  readonly width: number;
}

/** Settings of a task that its noise by devices depends on. */
type Noisy = Pick<Task, 'update' | 'masking' | 'cohort' | 'buffer' | 'groups'> & {
  readonly privacy: TaskPrivacy;
};

const termsOf = (task: Omit<Noisy, 'privacy'>) => ({
  update: task.update,
  masking: task.masking,
  largestCohort: largestSumOf(task),
});

/**
 * Throws `config.invalid` for a task whose sums have no certain noise: without masks, with too few updates,
 * and on a sparse graph on which a malicious coordinator can open sums smaller than the task's smallest.
 */
export function refuseUncertainNoise(task: Omit<Noisy, 'privacy'>): void {
  const { masking, cohort } = task;
  try {
    honestIn(cohort.minimum, termsOf(task));
  } catch (error) {
    if (error instanceof MurmurationError)
      throw new MurmurationError(error.code, `The task: ${error.detail}`);
    throw error;
  }
  if (!masking || masking.graph === 'complete') return;
  for (let devices = cohort.minimum; devices <= cohortSizeOf(task); devices++) {
    const least = fewestInAnySum(findParameters(devices, masking), masking);
    if (least !== undefined && least < cohort.minimum)
      throw wrongTask(
        `noise by devices takes masking.graph "complete" for ${devices} devices, or cohort.minimum up to ${least}: on a sparse graph a coordinator that lies can open sums of ${least}, and ${cohort.minimum} of them make the noise`,
      );
  }
}

/**
 * Returns the noise that devices add to a model of `values` values, such that the last round spends the
 * budget, in addition to what `before` spent. Throws `config.invalid` for noise that doesn't fit a ring,
 * with the bits that fit.
 */
export function deviceNoiseOf(task: Noisy, values: number, before: Mechanism): DeviceNoise {
  try {
    return sized(task, values, before);
  } catch (error) {
    if (!(error instanceof MurmurationError)) throw error;
    for (let bits = task.update.bits - 1; bits >= 2; bits--)
      if (fits({ ...task, update: { ...task.update, bits } }, values, before))
        throw new MurmurationError(
          'config.invalid',
          `The task: update.bits must be at most ${bits} for this noise by devices, not ${task.update.bits}. ${error.detail}`,
        );
    throw new MurmurationError('config.invalid', `The task: ${error.detail}`);
  }
}

function fits(task: Noisy, values: number, before: Mechanism): boolean {
  try {
    sized(task, values, before);
    return true;
  } catch {
    return false;
  }
}

/** Largest variance of discrete Gaussian noise that a device can draw, from one table. */
const largestGaussian = 2 ** 28;

/**
 * Throws `config.invalid` for noise that devices can't draw; `setting` is the name of the setting with its
 * kind.
 */
export function requireDrawable({ kind, perDevice }: Distributed, setting: string): void {
  if (kind === 'discreteGaussian' && perDevice > largestGaussian)
    throw new MurmurationError(
      'config.invalid',
      `Discrete Gaussian noise of the variance ${perDevice.toPrecision(3)} a device is more than devices draw; ${setting} "skellam" has no such limit.`,
    );
}

/** Returns the noise mechanism of a task without its variance. Throws `config.invalid`. */
export function noiseShapeOf(task: Noisy, values: number): Omit<Distributed, 'perDevice'> {
  const { privacy, cohort } = task;
  return noiseShape(termsOf(task), { kind: privacy.devices!, quorum: cohort.minimum, values });
}

function sized(task: Noisy, values: number, before: Mechanism): DeviceNoise {
  const { participations, epsilon, delta } = task.privacy;
  const shape = noiseShapeOf(task, values);
  const repeated = { kind: 'repeated', times: participations, of: shape } as const;
  const { of } = calibrateBeside({ epsilon, delta }, repeated, before);
  const found = { ...(of as Distributed), corrupt: task.cohort.minimum - shape.quorum };
  requireDrawable(found, 'privacy.noise');
  return { ...found, width: widthOf(task, found) };
}

/**
 * Bits of a ring in which the task's sums fit, noise included. Throws `config.invalid` if 32 bits are too
 * few.
 */
export function widthOf(
  task: Noisy,
  { perDevice, values }: Pick<Distributed, 'perDevice' | 'values'>,
): number {
  const { largestCohort, update } = termsOf(task);
  const { largest, width } = quantizationFor(values, { ...update, largestCohort });
  const variance = largestCohort * perDevice;
  return Math.max(width, ringWidth({ devices: largestCohort, largest, variance, values }));
}

/** Returns the noise settings that plans carry. */
export function planNoiseOf({ kind, perDevice, quorum, corrupt, values, width }: DeviceNoise): PlanNoise {
  return { kind, variance: perDevice, quorum: quorum + corrupt, values, width };
}

/**
 * Returns the ratio of the noise in a budget's models, on average over its versions, to that of correlated
 * noise by the coordinator at the same ε; `goal` is the number of updates in a sum.
 */
export function moreNoiseThanCorrelated(privacy: TaskPrivacy, noise: DeviceNoise, goal: number): number {
  const own = Math.sqrt(noise.perDevice * goal) / noise.clip;
  return besideBisr(privacy, own, { kind: 'bisr', bands: 1 });
}
