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

/** A task with a privacy budget for its versions. */
export type PrivateTask = Task & { readonly privacy: TaskPrivacy };

/** What rounding of numbers may take from noise, many times over. */
const roundedUp = 1e-12;

/** Share of the goal that the noise of a count has as its standard deviation, where that is enough for z (Andrew et al. 2021, § 3). */
const countShare = 1 / 20;

/** The terms of the budget that a task begins once `before` was released. Throws `config.invalid` for noise by devices that no ring has room for. */
export function termsOf(task: PrivateTask, values: number, before: Mechanism): BudgetTerms {
  const { privacy } = task;
  if (privacy.devices) return { ...privacy, noise: deviceNoiseOf(task, values, before) };
  return {
    ...privacy,
    noiseMultiplier: multiplierBeside(privacy, before),
    ...(privacy.blt && { values }),
  };
}

/** Whether a task goes on with its newest budget. */
export function goesOn(
  newest: OpenBudget,
  task: PrivateTask,
  values: number,
): newest is OpenBudget & { readonly terms: BudgetTerms } {
  const { terms } = newest;
  if (!terms || !isSame(terms, task.privacy)) return false;
  const { noise, blt } = terms;
  // What noise remembers has a number for each value.
  return noise ? isSameNoise(noise, task, values) : !blt || terms.values === values;
}

/** Whether a budget goes on under these terms; the noise follows from them, and from what was spent before. */
export function isSame(
  { noiseMultiplier: _, noise: __, values: ___, blt, ...one }: BudgetTerms,
  { noiseMultiplier: ____, blt: wanted, ...other }: TaskPrivacy,
): boolean {
  if (!isSameBlt(blt, wanted)) return false;
  const keys = Object.keys({ ...one, ...other }) as (keyof typeof one)[];
  return keys.every(key => one[key] === other[key]);
}

/** Whether the devices of a task would get the same ε from that noise. */
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

/** z with which a budget of the coordinator's noise and what was spent before come to no more than it allows. */
function multiplierBeside(privacy: TaskPrivacy, before: Mechanism): number {
  const { noiseMultiplier, epsilon, delta } = privacy;
  const whole = mechanismAfter(privacy, privacy.rounds);
  // Noise by devices is no Gaussian mechanism, so that no μ² adds up.
  if (accountOf(before).mu === undefined) {
    const { noiseMultiplier: found } = calibrateBeside({ epsilon, delta }, whole, before);
    return Math.max(noiseMultiplier, found);
  }
  const left = gaussianMu(epsilon, delta) ** 2 - muOfMechanism(before) ** 2;
  const more = muOfMechanism(whole) / Math.sqrt(left);
  // What is calibrated already is not rounded again; whatever is, is rounded up.
  return more > 1 ? noiseMultiplier * more * (1 + roundedUp) : noiseMultiplier;
}

/** Whether rounds tell how many updates were within the clip, which then moves. */
export const movesClip = (strategy: Strategy): boolean =>
  strategy.consumes === 'sum' && strategy.clip !== undefined;

/** Numbers that get noise: counts of updates within the clip do as well. */
export const numbersOf = ({ strategy }: Task, values: number): number =>
  movesClip(strategy) ? values + 1 : values;

/** How a step spends z on sum and count: each device counts ±½ beside its update, so that z⁻² = z_Δ⁻² + (2σ_b)⁻². */
export const splitFor = (noiseMultiplier: number, goal: number): SplitNoise =>
  splitNoise(noiseMultiplier, goal, Math.max(countShare * goal, noiseMultiplier));

/** How many times as much noise the models of a budget have as with BISR noise of the coordinator; null where they have that. */
export function moreNoiseOf(terms: BudgetTerms, goal: number): number | null {
  if (terms.noise) return moreNoiseThanCorrelated(terms, terms.noise, goal);
  return terms.blt ? besideBisr(terms, terms.noiseMultiplier, sharedNoiseOf(terms)) : null;
}
