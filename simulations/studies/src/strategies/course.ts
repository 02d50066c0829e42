import { fairShare } from '@murmuration/client-sdk/update/fair';
import { startBackend } from '@murmuration/engine/backend/backend';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { type Digit, mnist } from '@murmuration/simulations/data/mnist';
import { digitAccuracy } from '@murmuration/simulations/digits/accuracy';
import { type DigitLearner, digitLearner } from '@murmuration/simulations/digits/learner';
import { partition } from '@murmuration/simulations/partition/partition';
import { type Contestant, contestants } from './contestants.ts';
import type { StrategiesSettings } from './settings.ts';

export const partitions = ['twoDigits', 'dirichlet'] as const;

/** One run of the study. */
export interface CourseJob {
  readonly partition: (typeof partitions)[number];
  /** Name of a contestant. */
  readonly name: string;
  readonly settings: StrategiesSettings;
  readonly seed: number;
}

export interface StrategyCourse {
  /** First round whose model reached the target; null if none did. */
  readonly rounds: number | null;
  /** Best accuracy of any round. */
  readonly best: number;
}

/** Runs one strategy on one partition until its target; called in a thread. */
export default async function runCourse({
  partition: kind,
  name,
  settings,
  seed,
}: CourseJob): Promise<StrategyCourse> {
  const { clients, alpha, hidden } = settings;
  await startBackend();
  const data = mnist();
  const learner = digitLearner(hidden, seed);
  const spec =
    kind === 'twoDigits'
      ? ({ kind: 'shards', clients } as const)
      : ({ kind: 'dirichlet', clients, alpha } as const);
  const parts = partition(spec, data.train.length, data, seededUniform(seed));
  try {
    return await play(contestants[name]!, { learner, settings, seed, data, parts });
  } finally {
    await learner.close();
  }
}

interface World {
  readonly learner: DigitLearner;
  readonly settings: StrategiesSettings;
  readonly seed: number;
  readonly data: { readonly train: readonly Digit[]; readonly heldOut: readonly Digit[] };
  readonly parts: readonly Uint32Array[];
}

/** Runs rounds under one strategy until its target; all strategies draw the same cohorts. */
async function play(
  { strategyFor, proximal }: Contestant,
  { learner, settings, seed, data, parts }: World,
): Promise<StrategyCourse> {
  const { cohort, rounds, target, plan } = settings;
  const { maxExamples, ...training } = plan;
  const strategy = strategyFor(plan, settings.clients);
  const uniform = seededUniform(seed);
  const heldOut = data.heldOut.slice(0, settings.heldOut);
  let weights = learner.initial;
  let state: StrategyState = strategy.init(learner.layout.count);
  /** Clients' control variates, for strategies that correct steps. */
  const own = new Map<number, Float32Array>();
  let best = 0;
  for (let round = 1; round <= rounds; round++) {
    const drawn = shuffle(Uint32Array.from(parts.keys()), uniform).subarray(0, cohort);
    const control = strategy.consumes === 'sum' ? strategy.control?.(state).values : undefined;
    const asked = strategy.consumes === 'sum' ? strategy.fairness?.(state) : undefined;
    const fairness = asked && { lipschitz: 1 / training.learningRate, ...asked, unit: asked.scale };
    const updates: (Mean & { readonly divisor?: number })[] = [];
    for (const client of drawn) {
      const digits = Array.from(parts[client]!.subarray(0, maxExamples), index => data.train[index]!);
      const seedOfPart = round * parts.length + client;
      const before = own.get(client) ?? new Float32Array(weights.length);
      const given = {
        ...training,
        proximal,
        seed: seedOfPart,
        ...(fairness && { fairness }),
        ...(control && { correction: control.map((value, i) => value - before[i]!) }),
      };
      const { delta, initialLoss, gradient } = await learner.learn(weights, digits, given);
      if (gradient) {
        own.set(client, gradient);
        // Clients have equal weights, as in the paper.
        updates.push({ delta, weight: 1, control: gradient.map((value, i) => value - before[i]!) });
        continue;
      }
      const norm = Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0));
      const share = fairness ? fairShare(norm, initialLoss, fairness, unbounded) : { weight: digits.length };
      updates.push({ delta, ...share });
    }
    const stepped =
      strategy.consumes === 'sum'
        ? strategy.apply(state, weights, meanOf(updates, fairness?.unit), updates.length, {
            id: idOf(round),
            number: round,
          })
        : strategy.apply(state, weights, updates);
    state = stepped.state;
    weights = stepped.model;
    const { accuracy } = await learner.measure(weights, model => digitAccuracy(model, heldOut));
    best = Math.max(best, accuracy);
    if (accuracy >= target) return { rounds: round, best };
  }
  return { rounds: null, best };
}

/** Limits of devices' weights, which the paper does not bound. */
const unbounded = { leastWeight: 0, weightCap: Infinity };

/**
 * Averages updates.
 * @param unit meaning of a weight of 1, if devices weigh by their losses
 */
function meanOf(updates: readonly (Mean & { readonly divisor?: number })[], unit?: number): Mean {
  const weight = updates.reduce((sum, update) => sum + update.weight, 0);
  const divisor = updates.reduce((sum, update) => sum + (update.divisor ?? update.weight), 0);
  const mean = (of: (update: Mean) => Float32Array) => {
    const sum = new Float32Array(of(updates[0]!).length);
    for (const update of updates) {
      const values = of(update);
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + (values[i]! * update.weight) / divisor;
    }
    return sum;
  };
  return {
    delta: mean(({ delta }) => delta),
    weight,
    ...(unit !== undefined && { scale: (unit * weight) / updates.length }),
    ...(updates[0]!.control && { control: mean(({ control }) => control!) }),
  };
}

const idOf = (round: number) => `${round}`.padStart(22, 'A') as RoundId;
