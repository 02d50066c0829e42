import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { adversarySettings } from '../adversaries/settings.ts';
import { deviceSettings } from '../behaviour/settings.ts';
import { strategySettings } from './strategy.ts';

const positive = z.number().positive();
const whole = z.int().min(1);

/**
 * What every scenario can be told, as plain data: `--set plan.epochs=5` reaches each of them. A scenario gives those that differ from
 * these defaults, and adds sections of its own.
 */
export const commonSettings = {
  /** Of everything that is drawn: the same seed gives the same weights, whatever the number of workers. */
  seed: z.int().min(0).max(1_000_000).default(1),
  /** What each device is told to do, as `plan` of a task. */
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
  /** As `update` of a task. */
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
  /** As `masking` of a task; `enabled` false: updates are added up as they are. */
  masking: z
    .strictObject({
      enabled: z.boolean().default(false),
      threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']).default('malicious'),
      corrupt: z.number().min(0).lt(1).default(0.05),
      dropping: z.number().min(0).lt(1).default(0.1),
      graph: z.enum(['sparse', 'complete']).default('sparse'),
      /** Above 1, `strategy` works on the means of so many groups: it has to be one of single updates. */
      groups: whole.max(1_000).default(1),
      smallestGroup: z.int().min(3).max(100_000).default(16),
    })
    .prefault({}),
  /** As `privacy` of a task; `epsilon` null: no budget. It takes `update.weighting` uniform. */
  privacy: z
    .strictObject({
      epsilon: positive.max(1e6).nullable().default(null),
      delta: positive.lt(1).default(1e-5),
      /** Versions that the budget is for; null: as many as the run has rounds. */
      rounds: whole.max(1_000_000).nullable().default(null),
      /** Above 1 it takes `cohort.selection` steered, as the devices that come then have to be others. */
      separation: whole.max(1_000_000).default(1),
      participations: whole.max(1_000_000).nullable().default(null),
      noise: z
        .enum(['correlated', 'independent', 'blt', 'skellam', 'discreteGaussian'])
        .default('correlated'),
    })
    .prefault({}),
  cohort: z
    .strictObject({
      /** As `cohort.mode` of a task; asynchronous devices come as soon as there is a place for them, whoever they are. */
      mode: z.enum(['synchronous', 'asynchronous']).default('synchronous'),
      /** Devices that are at work at the same time, and versions that may come out meanwhile, with masking 63 at most; only where they are asynchronous. */
      concurrency: whole.max(100_000).default(100),
      maxStaleness: z.int().min(0).max(1_000).default(100),
      /** Updates that a round waits for. */
      goal: whole.max(1_000_000).default(10),
      /** Updates without which it fails; null: three fifths of the goal, rounded up. */
      minimum: whole.max(1_000_000).nullable().default(null),
      overSelection: z.number().min(1).max(10).default(1),
      /**
       * `uniform`: each round invites as many devices as it chooses, each subset of those that can be reached equally likely, as published
       * experiments do. `steered`: devices come back when the coordinator has told them to.
       */
      selection: z.enum(['uniform', 'steered']).default('uniform'),
    })
    .prefault({}),
  /** How long each phase may last, on the clock of the devices. */
  deadlines: z
    .strictObject({
      gathering: duration.prefault('10 min'),
      keys: duration.prefault('1 min'),
      shares: duration.prefault('1 min'),
      updates: duration.prefault('30 min'),
      agreement: duration.prefault('1 min'),
      unmasking: duration.prefault('1 min'),
      /** How long a masked round waits for devices whose connection is gone, once it has enough. */
      grace: duration.prefault('1 min'),
    })
    .prefault({}),
  /** From the beginning of a round to that of the next, on the clock of the devices. */
  schedule: z.strictObject({ every: duration.prefault(0) }).prefault({}),
  strategy: strategySettings,
  devices: deviceSettings,
  adversaries: adversarySettings,
  evaluation: z
    .strictObject({
      /** Rounds after which a version is measured on the held-out examples. */
      every: whole.default(1),
      /** Clients, evenly spread over all, on whose own examples the first and the last version are compared in the end; 0: none. */
      clients: z.int().min(0).max(1_000_000).default(100),
    })
    .prefault({}),
  /** When a run ends: whichever comes first. */
  stop: z
    .strictObject({
      rounds: whole.default(100),
      /** On a metric of the held-out examples. */
      target: z
        .strictObject({
          metric: z.string(),
          /** Reached at this value or a better one. */
          value: z.number(),
        })
        .nullable()
        .default(null),
      /** On the clock of the devices. */
      after: duration.nullable().default(null),
    })
    .prefault({}),
};

/** All settings that every scenario has, complete. */
export type CommonSettings = {
  readonly [Name in keyof typeof commonSettings]: z.output<(typeof commonSettings)[Name]>;
};
