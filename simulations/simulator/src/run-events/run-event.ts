import { type RoundPhase, roundPhases } from '@murmuration/protocol/messages/phases';
import * as z from 'zod/mini';

export { type RoundPhase, roundPhases };

/** JSON value. */
export type PlainData =
  | string
  | number
  | boolean
  | null
  | readonly PlainData[]
  | { readonly [name: string]: PlainData };

const count = z.int().check(z.gte(0));
/** Number ≥ 0; a time is in the unit that its name says. */
const amount = z.number().check(z.gte(0));
/** Measured number; null if it was not finite, which JSON can't express. */
const figure = z.nullable(z.number());
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'));
const figures = z.readonly(z.array(figure));
const byName = z.readonly(z.record(z.string(), figure));
const plainData = z.json() as z.ZodMiniType<PlainData>;
const settings = z.record(z.string(), plainData) as z.ZodMiniType<{ readonly [name: string]: PlainData }>;

/**
 * Unit and direction of a metric: `share` is from 0 to 1 and shown in per cent, `nats` is −ln of a
 * probability, `number` is any other.
 */
export const metricDescription = z.strictObject({
  unit: z.enum(['share', 'nats', 'number']),
  better: z.enum(['higher', 'lower']),
});

/**
 * Published figure with its source: the value of a metric, or the round in which it first reached a target.
 */
const publishedFigure = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('metric'),
    label: z.string(),
    metric: z.string(),
    value: z.number(),
    source: z.string(),
  }),
  z.strictObject({
    kind: z.literal('rounds-to'),
    label: z.string(),
    metric: z.string(),
    target: z.number(),
    rounds: count,
    source: z.string(),
  }),
]);

/** Parameters of secure aggregation for the cohort that a round aims at. */
const maskingInForce = z.strictObject({
  threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']),
  /** Fraction of the devices that may work with the coordinator. */
  corrupt: z.number(),
  /** Fraction of the devices whose update may get lost after the graph is drawn. */
  dropping: z.number(),
  graph: z.enum(['harary', 'complete']),
  /** Devices in the graph. */
  devices: count,
  neighbours: count,
  /** Number of shares that recover a secret. */
  threshold: count,
  /** Width in bits of the ring of masked values. */
  ringBits: count,
});

const runBegun = z.strictObject({
  type: z.literal('run-begun'),
  /** Version of the event format; a reader refuses unknown ones. */
  format: z.literal(1),
  scenario: z.string().check(z.minLength(1)),
  /**
   * Name of the run in addition to the scenario's: its difference from other runs, or a name given by the
   * user.
   */
  label: z.optional(z.string().check(z.maxLength(200))),
  /** Free-form notes on the run. */
  notes: z.optional(z.string().check(z.maxLength(10_000))),
  /** Subject of the scenario, in a sentence. */
  shows: z.string(),
  /** All settings in force, including defaults, by section. */
  settings,
  seed: count,
  /** ms since 1970, by the system's clock. */
  startedAt: count,
  versions: z.strictObject({
    murmuration: z.string(),
    node: z.string(),
    /** Backend, and the kernels that trained. */
    engine: z.string(),
  }),
  /** Number of threads that trained. */
  workers: count,
  transport: z.enum(['loopback', 'sockets']),
  /** Number of devices. */
  clients: count,
  /** SHA-256 of the run's first weights, in hex; missing in files of older versions. */
  firstModelSha256: z.optional(sha256),
  /** Number of rounds before the checkpoint that the run resumed; missing in files of older versions. */
  earlier: z.optional(count),
  /** Descriptions of the metrics of rounds and clients, by name. */
  metrics: z.readonly(z.record(z.string(), metricDescription)),
  /** Unit of the training loss, by the objective; missing in files of older versions. */
  lossUnit: z.optional(z.enum(['nats', 'number'])),
  published: z.readonly(z.array(publishedFigure)),
  privacy: z.strictObject({
    /** null: updates were added up unmasked. */
    masking: z.nullable(maskingInForce),
  }),
});

const phaseFigures = z.strictObject({
  /** Duration of the phase in ms, on the devices' clock. */
  ms: amount,
  /** Bytes that devices sent in it. */
  up: count,
  /** Bytes that devices received in it. */
  down: count,
  /**
   * Devices whose part ended in it without being counted: over all phases, the round's late and lost ones.
   */
  lost: count,
});
export type PhaseFigures = z.infer<typeof phaseFigures>;

const roundEnded = z.strictObject({
  type: z.literal('round-ended'),
  /** Number of the round, from 1. */
  number: z.int().check(z.gte(1)),
  /** ms on the devices' clock. */
  startedAt: amount,
  /** ms on the devices' clock. */
  endedAt: amount,
  /** Real seconds that the machine took. */
  wallSeconds: amount,
  outcome: z.enum(['published', 'failed']),
  failure: z.nullable(z.strictObject({ during: z.enum(roundPhases), reason: z.string() })),
  tally: z.strictObject({ cohort: count, accepted: count, rejected: count, late: count, lost: count }),
  phases: z.readonly(z.partialRecord(z.enum(roundPhases), phaseFigures)),
  /** Held-out metrics of the new version; null if it was not evaluated. */
  metrics: z.nullable(byName),
  /** Training metrics of contributors, a column per metric; null if they were not collected. */
  training: z.nullable(
    z
      .strictObject({
        /** Clients' numbers, from 0. */
        client: z.readonly(z.array(count)),
        /** Columns such as `examples` and `loss`, each as long as `client`. */
        metrics: z.readonly(z.record(z.string(), figures)),
      })
      .check(
        z.refine(
          ({ client, metrics }) => Object.values(metrics).every(({ length }) => length === client.length),
          'the columns differ in length',
        ),
      ),
  ),
});

/** Comparison of two models by one metric on the data of each client. */
const clientsCompared = z
  .strictObject({
    type: z.literal('clients-compared'),
    /** Last round before the measurement; 0: before the first. */
    round: count,
    metric: z.string(),
    client: z.readonly(z.array(count)),
    /** Metric of the model `model`, such as `first model`, `global` or `hybrid`. */
    before: z.strictObject({ model: z.string(), values: figures }),
    after: z.strictObject({ model: z.string(), values: figures }),
  })
  .check(
    z.refine(
      ({ client, before, after }) =>
        before.values.length === client.length && after.values.length === client.length,
      'the columns differ in length',
    ),
  );

/** Mean and maximum over all parts of devices in rounds, including lost ones. */
const overParts = z.strictObject({ mean: amount, most: amount });

const partCosts = z.strictObject({
  /** Number of parts of devices in rounds. */
  parts: z.int().check(z.gte(1)),
  /** Bytes of bodies received: models and messages. */
  bytesDown: overParts,
  /** Bytes of bodies sent: updates and messages. */
  bytesUp: overParts,
  /**
   * Seconds of training and masking on the devices' clock: the time set by `devices` in a simulation, the
   * real time over sockets.
   */
  seconds: overParts,
  /** Peak bytes of weights, delta and update. */
  memory: overParts,
  /** Estimated joules: bytes and seconds, each times a published constant (`defaultEnergy` of the SDK). */
  joules: overParts,
});
export type PartCosts = z.infer<typeof partCosts>;

const runEnded = z.strictObject({
  type: z.literal('run-ended'),
  /** `stopped`: by a person. */
  outcome: z.enum(['finished', 'stopped', 'failed']),
  /** Stopping rule that ended the run, or the error. */
  reason: z.string(),
  /** Real seconds of the whole run. */
  seconds: amount,
  /** Findings of the scenario, as its JSON. */
  figures: settings,
  /** SHA-256 of the final weights, in hex; null if there are none. */
  weightsSha256: z.nullable(sha256),
  /** Costs of a device's part in a round; null if no device had one, missing in files of older versions. */
  costs: z.optional(z.nullable(partCosts)),
});

/**
 * Event of a simulation run. In order: the run begins, rounds end, clients are compared now and then, the run
 * ends.
 */
export const runEvent = z.discriminatedUnion('type', [runBegun, roundEnded, clientsCompared, runEnded]);

export type RunBegun = z.infer<typeof runBegun>;
export type RoundEnded = z.infer<typeof roundEnded>;
export type ClientsCompared = z.infer<typeof clientsCompared>;
export type RunEnded = z.infer<typeof runEnded>;
export type RunEvent = RunBegun | RoundEnded | ClientsCompared | RunEnded;
