import { accountOf } from '@murmuration/privacy/accountants/account';
import { gaussianMu } from '@murmuration/privacy/accountants/gaussian';
import { muOfMechanism } from '@murmuration/privacy/accountants/mu';
import { type SplitNoise, splitNoise } from '@murmuration/privacy/clipping/adaptive';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { calibrateBeside } from '@murmuration/privacy/statements/calibrate';
import type { Strategy } from '../strategy/strategy.ts';
import { isSameBlt } from '../task/blt-of-task.ts';
import {
  type DeviceNoise,
  deviceNoiseOf,
  moreNoiseThanCorrelated,
  noiseShapeOf,
} from '../task/device-noise.ts';
import type { Task } from '../task/task.ts';
import { besideBisr, mechanismAfter, sharedNoiseOf, type TaskPrivacy } from '../task/task-privacy.ts';
import type { BudgetTerms, OpenBudget } from './ledger.ts';

/** Task with a privacy budget for its versions. */
export type PrivateTask = Task & { readonly privacy: TaskPrivacy };

/** Relative margin for noise that is lost by rounding, with much to spare. */
const roundedUp = 1e-12;

/**
 * Standard deviation of the noise of a count as a share of the goal, if that is enough for z (Andrew et al.
 * 2021, § 3).
 */
const countShare = 1 / 20;

/**
 * Returns the terms of the budget that a task begins after `before` was released. Throws `config.invalid` for
 * noise by devices that fits into no ring.
 */
export function termsOf(task: PrivateTask, values: number, before: Mechanism): BudgetTerms {
  const { privacy } = task;
  if (privacy.devices) return { ...privacy, noise: deviceNoiseOf(task, values, before) };
  return {
    ...privacy,
    noiseMultiplier: multiplierBeside(privacy, before),
    ...(privacy.blt && { values }),
  };
}

/** True if a task goes on with its newest budget. */
export function goesOn(
  newest: OpenBudget,
  task: PrivateTask,
  values: number,
): newest is OpenBudget & { readonly terms: BudgetTerms } {
  const { terms } = newest;
  if (!terms || !isSame(terms, task.privacy)) return false;
  const { noise, blt } = terms;
  // The memory of noise has a number for each value.
  return noise ? isSameNoise(noise, task, values) : !blt || terms.values === values;
}

/**
 * True if a budget goes on under these terms; the noise follows from them, and from what was spent before.
 */
export function isSame(
  { noiseMultiplier: _, noise: __, values: ___, blt, ...one }: BudgetTerms,
  { noiseMultiplier: ____, blt: wanted, ...other }: TaskPrivacy,
): boolean {
  if (!isSameBlt(blt, wanted)) return false;
  const keys = Object.keys({ ...one, ...other }) as (keyof typeof one)[];
  return keys.every(key => one[key] === other[key]);
}

/** True if the devices of a task would get the same ε from that noise. */
function isSameNoise(
  { clip, values, quorum, corrupt }: DeviceNoise,
  task: PrivateTask,
  wantedValues: number,
): boolean {
  const wanted = noiseShapeOf(task, wantedValues);
  return (
    clip === wanted.clip &&
    values === wanted.values &&
    quorum === wanted.quorum &&
    quorum + corrupt === task.cohort.minimum
  );
}

/**
 * Returns the z with which a budget of the coordinator's noise and earlier releases together stay within what
 * it allows.
 */
function multiplierBeside(privacy: TaskPrivacy, before: Mechanism): number {
  const { noiseMultiplier, epsilon, delta } = privacy;
  const whole = mechanismAfter(privacy, privacy.rounds);
  // Noise by devices is no Gaussian mechanism, so its μ² can't be added.
  if (accountOf(before).mu === undefined) {
    const { noiseMultiplier: found } = calibrateBeside({ epsilon, delta }, whole, before);
    return Math.max(noiseMultiplier, found);
  }
  const left = gaussianMu(epsilon, delta) ** 2 - muOfMechanism(before) ** 2;
  const more = muOfMechanism(whole) / Math.sqrt(left);
  // A multiplier that is already calibrated is not rounded again; any other is rounded up.
  return more > 1 ? noiseMultiplier * more * (1 + roundedUp) : noiseMultiplier;
}

/** True if rounds report how many updates were within the clip, which then moves. */
export const movesClip = (strategy: Strategy): boolean =>
  strategy.consumes === 'sum' && strategy.clip !== undefined;

/** Returns the number of values that get noise, including counts of updates within the clip. */
export const numbersOf = ({ strategy }: Task, values: number): number =>
  movesClip(strategy) ? values + 1 : values;

/**
 * Splits the z of a step between sum and count: each device adds ±½ to the count, so z⁻² = z_Δ⁻² + (2σ_b)⁻².
 */
export const splitFor = (noiseMultiplier: number, goal: number): SplitNoise =>
  splitNoise(noiseMultiplier, goal, Math.max(countShare * goal, noiseMultiplier));

/**
 * Returns the noise of a budget's models as a multiple of that with BISR noise of the coordinator; null if
 * they have that.
 */
export function moreNoiseOf(terms: BudgetTerms, goal: number): number | null {
  if (terms.noise) return moreNoiseThanCorrelated(terms, terms.noise, goal);
  return terms.blt ? besideBisr(terms, terms.noiseMultiplier, sharedNoiseOf(terms)) : null;
}
