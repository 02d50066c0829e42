import * as z from 'zod/mini';

/** What JSON can hold. */
export type PlainData =
  | string
  | number
  | boolean
  | null
  | readonly PlainData[]
  | { readonly [name: string]: PlainData };

/** Phases of a round in their order; without masking there are no `keys`, `shares`, `agreement` and `unmasking`. */
export const roundPhases = [
  'gathering',
  'keys',
  'shares',
  'updates',
  'agreement',
  'unmasking',
  'closing',
] as const;
export type RoundPhase = (typeof roundPhases)[number];

const count = z.int().check(z.gte(0));
/** At least 0; of time, in the unit that the name says. */
const amount = z.number().check(z.gte(0));
/** What was measured; null where it was no finite number, which JSON does not have. */
const figure = z.nullable(z.number());
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'));
const figures = z.readonly(z.array(figure));
const byName = z.readonly(z.record(z.string(), figure));
const plainData = z.json() as z.ZodMiniType<PlainData>;
const settings = z.record(z.string(), plainData) as z.ZodMiniType<{ readonly [name: string]: PlainData }>;

/** How a metric is read: `share` is from 0 to 1 and shown in per cent, `nats` is −ln of a probability, `number` is any other. */
export const metricDescription = z.strictObject({
  unit: z.enum(['share', 'nats', 'number']),
  better: z.enum(['higher', 'lower']),
});

/** A figure that others published, with its source: what a metric came to, or the round in which it first reached a target. */
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

/** The parameters of secure aggregation that were in force for the cohort that a round aims at. */
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
  /** Shares that recover a secret. */
  threshold: count,
  /** Width of the ring that masked values live in. */
  ringBits: count,
});

const runBegun = z.strictObject({
  type: z.literal('run-begun'),
  /** Of these events; a reader refuses those that it does not know. */
  format: z.literal(1),
  scenario: z.string().check(z.minLength(1)),
  /** What the run is called beside its scenario: what differs in it from others, or what a person called it. */
  label: z.optional(z.string().check(z.maxLength(200))),
  /** What a person wants to remember of it. */
  notes: z.optional(z.string().check(z.maxLength(10_000))),
  /** What the scenario shows, in a sentence. */
  shows: z.string(),
  /** All settings in force, defaults included, by section. */
  settings,
  seed: count,
  /** ms since 1970, by the system's clock. */
  startedAt: count,
  versions: z.strictObject({
    murmuration: z.string(),
    node: z.string(),
    /** The backend, and the kernels that trained. */
    engine: z.string(),
  }),
  /** Threads that trained. */
  workers: count,
  transport: z.enum(['loopback', 'sockets']),
  /** Devices that there are. */
  clients: count,
  /** SHA-256 of the weights that it began with, in hex; left out by versions that did not tell. */
  firstModelSha256: z.optional(sha256),
  /** Rounds that ended before, in the checkpoint that it goes on from; left out by versions that did not tell. */
  earlier: z.optional(count),
  /** How the metrics of rounds and of clients are read, by their names. */
  metrics: z.readonly(z.record(z.string(), metricDescription)),
  /** What the loss of training is in, by the objective; left out by versions that did not tell. */
  lossUnit: z.optional(z.enum(['nats', 'number'])),
  published: z.readonly(z.array(publishedFigure)),
  privacy: z.strictObject({
    /** null: updates were added up as they are. */
    masking: z.nullable(maskingInForce),
  }),
});

const phaseFigures = z.strictObject({
  /** How long the phase lasted on the clock of the devices. */
  ms: amount,
  /** Bytes that devices sent in it. */
  up: count,
  /** Bytes that devices were sent in it. */
  down: count,
  /** Devices whose part ended in it without being counted: all of a round are its late and its lost ones. */
  lost: count,
});
export type PhaseFigures = z.infer<typeof phaseFigures>;

const roundEnded = z.strictObject({
  type: z.literal('round-ended'),
  /** From 1. */
  number: z.int().check(z.gte(1)),
  /** ms on the clock of the devices. */
  startedAt: amount,
  /** ms on the clock of the devices. */
  endedAt: amount,
  /** What the machine took for it. */
  wallSeconds: amount,
  outcome: z.enum(['published', 'failed']),
  failure: z.nullable(z.strictObject({ during: z.enum(roundPhases), reason: z.string() })),
  tally: z.strictObject({ cohort: count, accepted: count, rejected: count, late: count, lost: count }),
  phases: z.readonly(z.partialRecord(z.enum(roundPhases), phaseFigures)),
  /** Held-out metrics of the new version; null where it was not evaluated. */
  metrics: z.nullable(byName),
  /** What contributors measured while they trained, a column a metric; null where nobody gathered it. */
  training: z.nullable(
    z
      .strictObject({
        /** Who, from 0. */
        client: z.readonly(z.array(count)),
        /** Such as `examples` and `loss`; each as long as `client`. */
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

/** One metric of two models on the data of each of some clients: who is better off, and who gets worse. */
const clientsCompared = z
  .strictObject({
    type: z.literal('clients-compared'),
    /** After which it was measured; 0 is before the first. */
    round: count,
    metric: z.string(),
    client: z.readonly(z.array(count)),
    /** `model` says which one it is, such as `first model`, `global` or `hybrid`. */
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

/** Over all parts that devices had in rounds, also those that were lost. */
const overParts = z.strictObject({ mean: amount, most: amount });

const partCosts = z.strictObject({
  /** Parts of devices in rounds. */
  parts: z.int().check(z.gte(1)),
  /** Bytes of bodies that came: models and messages. */
  bytesDown: overParts,
  /** Bytes of bodies that left: updates and messages. */
  bytesUp: overParts,
  /** Seconds of training and masking on the clock of the devices: in a simulation what `devices` says that they take, over sockets what passed. */
  seconds: overParts,
  /** Bytes of weights, delta and update, at most. */
  memory: overParts,
  /** An estimate, J: bytes and seconds, each times a published constant (`defaultEnergy` of the SDK). */
  joules: overParts,
});
export type PartCosts = z.infer<typeof partCosts>;

const runEnded = z.strictObject({
  type: z.literal('run-ended'),
  /** `stopped`: by a person. */
  outcome: z.enum(['finished', 'stopped', 'failed']),
  /** Which stopping rule ended it, or what failed. */
  reason: z.string(),
  /** What the machine took for all of it. */
  seconds: amount,
  /** What the scenario found, as its JSON. */
  figures: settings,
  /** SHA-256 of the final weights, in hex; null where there are none. */
  weightsSha256: z.nullable(sha256),
  /** What its part in a round cost a device; null where none had one, and left out by versions that did not measure it. */
  costs: z.optional(z.nullable(partCosts)),
});

/** What happens in a run of a simulation, in order: it begins, its rounds end, clients are compared now and then, it ends. */
export const runEvent = z.discriminatedUnion('type', [runBegun, roundEnded, clientsCompared, runEnded]);

export type RunBegun = z.infer<typeof runBegun>;
export type RoundEnded = z.infer<typeof roundEnded>;
export type ClientsCompared = z.infer<typeof clientsCompared>;
export type RunEnded = z.infer<typeof runEnded>;
export type RunEvent = RunBegun | RoundEnded | ClientsCompared | RunEnded;
