import type { RoundEnded, RunBegun, RunEnded, RunEvent } from '@murmuration/simulations/run-events/run-event';
import fc from 'fast-check';

/** The beginning of a small masked run. */
export const begun: RunBegun = {
  type: 'run-begun',
  format: 1,
  scenario: 'digits',
  shows: 'how a small network learns digits',
  settings: { plan: { learningRate: 0.1, epochs: 1 }, cohort: { goal: 10, minimum: 5 } },
  seed: 7,
  startedAt: 1_760_000_000_000,
  versions: { murmuration: '0.1.0', node: '22.1.0', engine: 'wasm, fused kernels' },
  workers: 2,
  transport: 'loopback',
  clients: 100,
  metrics: { accuracy: { unit: 'share', better: 'higher' }, loss: { unit: 'nats', better: 'lower' } },
  published: [
    {
      kind: 'rounds-to',
      label: 'McMahan et al., IID',
      metric: 'accuracy',
      target: 0.97,
      rounds: 87,
      source: 'McMahan et al. 2017, Table 1',
    },
  ],
  privacy: {
    masking: {
      threat: 'malicious',
      corrupt: 0.05,
      dropping: 0.1,
      graph: 'complete',
      devices: 11,
      neighbours: 10,
      threshold: 8,
      ringBits: 20,
    },
  },
};

/** Round `number` of a run in which all goes well. */
export function roundOf(number: number, rest: Partial<RoundEnded> = {}): RoundEnded {
  return {
    type: 'round-ended',
    number,
    startedAt: 1_000 * number,
    endedAt: 1_000 * number + 900,
    wallSeconds: 0.25,
    outcome: 'published',
    failure: null,
    tally: { cohort: 13, accepted: 10, rejected: 0, late: 2, lost: 1 },
    phases: {
      gathering: { ms: 100, up: 0, down: 0, lost: 0 },
      keys: { ms: 50, up: 1_000, down: 2_000, lost: 2 },
      shares: { ms: 50, up: 3_000, down: 3_000, lost: 0 },
      updates: { ms: 600, up: 40_000, down: 80_000, lost: 1 },
      agreement: { ms: 40, up: 400, down: 40, lost: 0 },
      unmasking: { ms: 10, up: 500, down: 60, lost: 0 },
      closing: { ms: 50, up: 0, down: 0, lost: 0 },
    },
    metrics: { accuracy: 1 - 0.9 / number, loss: 2.3 / number },
    training: { client: [3, 5], metrics: { examples: [60, 40], loss: [2 / number, 3 / number] } },
    ...rest,
  };
}

export const ended: RunEnded = {
  type: 'run-ended',
  outcome: 'finished',
  reason: 'all rounds are over',
  seconds: 12.5,
  figures: { rounds: 3 },
  weightsSha256: 'ab'.repeat(32),
  costs: {
    parts: 390,
    bytesDown: { mean: 85_100, most: 85_100 },
    bytesUp: { mean: 44_900, most: 45_000 },
    seconds: { mean: 0.6, most: 2 },
    memory: { mean: 120_000, most: 120_000 },
    joules: { mean: 1.516, most: 4.6 },
  },
};

const figure = fc.oneof(fc.double(), fc.constant(null));
const count = fc.nat();
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('constructor', 'toString'));
/** All but the one that is read nowhere, lest it changes what objects are. */
const name = text.filter(name => name !== '__proto__');
const metrics = fc.dictionary(name, figure);
const phase = fc.record({
  ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
  up: count,
  down: count,
  lost: count,
});
const columns = fc.nat({ max: 5 }).chain(length =>
  fc.record({
    client: fc.array(count, { minLength: length, maxLength: length }),
    metrics: fc.dictionary(name, fc.array(figure, { minLength: length, maxLength: length })),
  }),
);

const roundEvent = fc
  .record({
    wallSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
    failure: fc.option(fc.record({ during: fc.constant('updates' as const), reason: text })),
    phases: fc.record({ updates: phase, closing: phase }, { requiredKeys: [] }),
    metrics: fc.option(metrics),
    training: fc.option(columns),
  })
  .map(rest => roundOf(1, rest));

/** Events of whole runs, with whatever texts and figures. */
export const anyRun: fc.Arbitrary<RunEvent[]> = fc
  .record({
    begun: fc
      .record({
        scenario: fc.string({ unit: 'binary', minLength: 1 }),
        shows: text,
        settings: fc.dictionary(name, fc.jsonValue() as fc.Arbitrary<never>),
      })
      .map(rest => ({ ...begun, ...rest })),
    rounds: fc
      .array(roundEvent, { maxLength: 5 })
      .map(events => events.map((event, i) => ({ ...event, number: i + 1 }))),
    ended: fc.option(text.map(reason => ({ ...ended, reason }))),
  })
  .map(run => [run.begun, ...run.rounds, ...(run.ended ? [run.ended] : [])]);
