import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { adversarySettings } from '../adversaries/settings.ts';
import { deviceSettings } from '../behaviour/settings.ts';
import { strategySettings } from './strategy.ts';

const positive = z.number().positive();
const whole = z.int().min(1);

/**
 * Settings of every scenario, as plain data: `--set plan.epochs=5` changes any of them. A scenario gives
 * those that differ from these defaults, and adds its own sections.
 */
export const commonSettings = {
  /** Seed of all randomness: the same seed gives the same weights, whatever the number of workers. */
  seed: z.int().min(0).max(1_000_000).default(1),
  /** Training plan of each device, see `plan` of a task. */
  plan: z
    .strictObject({
      epochs: whole.max(100).default(1),
      batchSize: whole.max(4_096).default(10),
      learningRate: positive.max(1_000).default(0.1),
      proximal: z.number().min(0).max(1_000).default(0),
      gradientClip: positive.max(1e6).nullable().default(null),
      maxExamples: whole.max(1_000_000).default(5_000),
      sampledSoftmax: z.strictObject({ negatives: whole }).nullable().default(null),
      privateLayers: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** Encoding of updates, see `update` of a task. */
  update: z
    .strictObject({
      kind: z.enum(['ring', 'float32']).default('ring'),
      clip: positive.max(1e6).default(100),
      bits: z.int().min(2).max(24).default(16),
      weighting: z.enum(['examples', 'uniform']).optional(),
      weightCap: whole.max(65_536).default(32),
      compression: z
        .strictObject({
          kind: z.enum(['topK', 'randomK', 'randomMask']),
          fraction: positive.max(1),
          feedback: z.boolean().optional(),
        })
        .nullable()
        .default(null),
    })
    .prefault({}),
  /** Secure aggregation, see `masking` of a task; without `enabled`, updates are added up unmasked. */
  masking: z
    .strictObject({
      enabled: z.boolean().default(false),
      threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']).default('malicious'),
      corrupt: z.number().min(0).lt(1).default(0.05),
      dropping: z.number().min(0).lt(1).default(0.1),
      graph: z.enum(['sparse', 'complete']).default('sparse'),
      /**
       * Number of groups; above 1, `strategy` works on their means, and has to be one that takes single
       * updates.
       */
      groups: whole.max(1_000).default(1),
      smallestGroup: z.int().min(3).max(100_000).default(16),
    })
    .prefault({}),
  /**
   * Differential privacy, see `privacy` of a task; `epsilon` null: no budget. Needs `update.weighting`
   * uniform.
   */
  privacy: z
    .strictObject({
      epsilon: positive.max(1e6).nullable().default(null),
      delta: positive.lt(1).default(1e-5),
      /** Versions that the budget is for; null: the run's number of rounds. */
      rounds: whole.max(1_000_000).nullable().default(null),
      /**
       * Rounds from one part of a device to its next, at least. Above 1 it needs `cohort.selection` steered,
       * because other devices have to come in between.
       */
      separation: whole.max(1_000_000).default(1),
      noise: z
        .enum(['correlated', 'independent', 'blt', 'skellam', 'discreteGaussian'])
        .default('correlated'),
    })
    .prefault({}),
  cohort: z
    .strictObject({
      /**
       * Mode of the cohort, see `cohort.mode` of a task; asynchronous devices come as soon as there is a
       * place, whichever they are.
       */
      mode: z.enum(['synchronous', 'asynchronous']).default('synchronous'),
      /**
       * Devices at work at the same time (`concurrency`), and versions that may be published meanwhile
       * (`maxStaleness`, at most 63 with masking); only for asynchronous cohorts.
       */
      concurrency: whole.max(100_000).default(100),
      maxStaleness: z.int().min(0).max(1_000).default(100),
      /** Number of updates that a round waits for. */
      goal: whole.max(1_000_000).default(10),
      /** Number of updates without which a round fails; null: three fifths of the goal, rounded up. */
      minimum: whole.max(1_000_000).nullable().default(null),
      overSelection: z.number().min(1).max(10).default(1),
      /**
       * `uniform`: each round invites as many devices as it chooses, each subset of the online ones equally
       * likely, as published experiments do. `steered`: devices come back when the coordinator has told them
       * to.
       */
      selection: z.enum(['uniform', 'steered']).default('uniform'),
    })
    .prefault({}),
  /** Longest duration of each phase, on the devices' clock. */
  deadlines: z
    .strictObject({
      gathering: duration.prefault('10 min'),
      keys: duration.prefault('1 min'),
      shares: duration.prefault('1 min'),
      updates: duration.prefault('30 min'),
      agreement: duration.prefault('1 min'),
      unmasking: duration.prefault('1 min'),
      /** Time that a masked round with enough devices waits for devices that lost their connection. */
      grace: duration.prefault('1 min'),
    })
    .prefault({}),
  /** Time from the start of a round to the start of the next, on the devices' clock. */
  schedule: z.strictObject({ every: duration.prefault(0) }).prefault({}),
  strategy: strategySettings,
  devices: deviceSettings,
  adversaries: adversarySettings,
  evaluation: z
    .strictObject({
      /** Rounds between evaluations on the held-out examples. */
      every: whole.default(1),
      /**
       * Number of clients, evenly spread over all, on whose examples the first and the last version are
       * compared at the end; 0: none.
       */
      clients: z.int().min(0).max(1_000_000).default(100),
    })
    .prefault({}),
  /** Conditions that end a run; the first one to be met counts. */
  stop: z
    .strictObject({
      rounds: whole.default(100),
      /** Target for a metric of the held-out examples. */
      target: z
        .strictObject({
          metric: z.string(),
          /** Reached at this value or a better one. */
          value: z.number(),
        })
        .nullable()
        .default(null),
      /** Time limit on the devices' clock. */
      after: duration.nullable().default(null),
    })
    .prefault({}),
};

/** Settings of every scenario with all defaults filled in. */
export type CommonSettings = {
  readonly [Name in keyof typeof commonSettings]: z.output<(typeof commonSettings)[Name]>;
};
