import { mostBases } from '@murmuration/protocol/messages/plan';
import { simulate } from '@murmuration/simulations/federation/simulate';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { AsynchronySettings } from './settings.ts';

/** Mode of rounds; `masked`: asynchronous with secure aggregation. */
export type RoundMode = 'synchronous' | 'asynchronous' | 'masked';

/** Course of a run towards its target. */
export interface Course {
  /**
   * Seconds on the devices' clock until a version first reaches the target, by interpolation; null if none
   * did.
   */
  readonly seconds: number | null;
  /** Number of updates in the versions until then, or in all. */
  readonly updates: number;
  /** Number of versions until then, or all. */
  readonly versions: number;
  /** Best accuracy of any version. */
  readonly best: number;
}

/** Runs one mode until its target, with the actual coordinator and SDK on virtual time. */
export async function run(
  scenario: Scenario,
  mode: RoundMode,
  settings: AsynchronySettings,
  seed: number,
): Promise<Course> {
  const { target } = settings;
  let before = { seconds: 0, accuracy: 0 };
  let [beginning, updates, versions, best] = [Number.NaN, 0, 0, 0];
  let seconds: number | null = null;
  for await (const round of simulate(scenario, { settings: settingsOf(mode, settings, seed) })) {
    if (Number.isNaN(beginning)) beginning = round.startedAt;
    if (round.outcome !== 'published') continue;
    updates += round.tally.accepted;
    versions += 1;
    const accuracy = round.metrics?.accuracy;
    if (typeof accuracy !== 'number') continue;
    best = Math.max(best, accuracy);
    const now = { seconds: (round.endedAt - beginning) / 1_000, accuracy: best };
    if (accuracy >= target && seconds === null)
      seconds =
        before.seconds +
        ((target - before.accuracy) / (accuracy - before.accuracy)) * (now.seconds - before.seconds);
    before = now;
  }
  return { seconds, updates, versions, best };
}

/** Returns settings that differ between modes only in how devices meet, and in masks. */
function settingsOf(mode: RoundMode, settings: AsynchronySettings, seed: number): GivenSettings {
  const { partition, plan, concurrency, training, target, synchronous, asynchronous } = settings;
  const isSynchronous = mode === 'synchronous';
  const isMasked = mode === 'masked';
  const { serverLearningRate, rounds } = isSynchronous ? synchronous : asynchronous;
  const goal = Math.floor(concurrency / synchronous.overSelection);
  return {
    seed,
    data: { partition },
    plan: { ...plan, maxExamples: 60_000 },
    // Uniform weights, so that no mode gains from weighting.
    update: { clip: 20, bits: 16, weighting: 'uniform' },
    cohort: isSynchronous
      ? { goal, overSelection: concurrency / goal }
      : {
          mode: 'asynchronous',
          goal: asynchronous.goal,
          concurrency,
          maxStaleness: Math.min(asynchronous.maxStaleness, isMasked ? mostBases - 1 : Infinity),
        },
    masking: { enabled: isMasked },
    strategy: { name: 'fedAvg', serverLearningRate },
    devices: {
      halfNormalTraining: training,
      spread: 0,
      network: [{ share: 1, up: 1e8, down: 1e8, latency: 10 }],
    },
    evaluation: { every: isSynchronous ? 1 : asynchronous.measured, clients: 0 },
    stop: { rounds, target: { metric: 'accuracy', value: target } },
  } as GivenSettings;
}
