import { FederatedClient, type Floors, memoryStorage } from '@murmuration/client-sdk/node';
import { objectiveTrainer, type TestTask, testCoordinator } from '@murmuration/client-sdk/testing';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { describeModel } from '@murmuration/engine/models/model';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tf';
import { describe, expect, it } from 'vitest';
import { serving, stepping, steppingSequences, TableInference, TableTrainer } from '../hybrid/scene.ts';

type Point = readonly [x: number, y: number];

const objective: Objective<Point> = {
  encode: points => ({
    size: points.length,
    batch: rows => {
      const chosen = Array.from(rows, row => points[row]!);
      return {
        inputs: tf.tensor2d(chosen.map(([x]) => [x])),
        labels: tf.tensor2d(chosen.map(([, y]) => [y])),
        weights: tf.ones([chosen.length, 1]),
      };
    },
  }),
  loss: (model, { inputs, labels }) =>
    tf.losses.meanSquaredError(labels, model.predict(inputs) as tf.Tensor) as tf.Scalar,
};

/** Points of y = 2x + 1. */
const line = (count: number): Point[] =>
  Array.from({ length: count }, (_, i) => [i / count, (2 * i) / count + 1]);

const model = () =>
  tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })] });

/** What lets cohorts be as small as masks allow, so that rounds are quick. */
const few: Floors = { smallestCohort: 3, smallestSum: 3, mostShare: 1 };
const small: TestTask = {
  model,
  cohort: 4,
  plan: { learningRate: 0.2 },
  update: { weighting: 'examples' },
  masking: { threat: 'honest-but-curious' },
};
const lower: Floors = { ...few, masking: 'honest-but-curious', contributions: { day: 100 } };

async function scene({
  examples = () => line(40),
  trainer = objectiveTrainer(objective),
  task = small,
  floors = lower,
  patience = 2_000,
}: {
  examples?: () => readonly Point[];
  trainer?: Trainer;
  task?: TestTask;
  floors?: Floors;
  patience?: number;
} = {}) {
  const coordinator = await testCoordinator({ tasks: { line: task }, patience });
  const client = coordinator.client({ tasks: { line: { examples, trainer } }, floors });
  return { coordinator, client };
}

/** Learns the same, whatever it gets. */
const still = (delta = [0.25, 0.5], examples = 40): Trainer => ({
  train: async () => ({ delta: Float32Array.from(delta), examples, metrics: {} }),
  close: async () => {},
});

describe('a coordinator in memory', () => {
  it('takes a client with the floors of an app that says nothing through a masked round', async () => {
    const { coordinator, client } = await scene({ task: { model }, floors: {} });
    await client.start();
    const { outcome, sent, errors } = await coordinator.round();
    expect(outcome).toBe('counted');
    expect(sent).toMatchObject({ weight: 1 });
    expect(sent!.examples).toBeUndefined();
    expect(errors).toEqual([]);
    expect(coordinator.received.map(([event]) => event)).toEqual([
      'enrol',
      'hello',
      'check-in',
      'keys',
      'shares',
      'agree',
      'reveal',
    ]);
    await client.stop();
  });

  it('says what is under the masks, to a step of the rounding', async () => {
    const { coordinator, client } = await scene({ trainer: still() });
    await client.start();
    const { sent, version } = await coordinator.round();
    expect([...sent!.delta]).toEqual([expect.closeTo(0.25, 2), expect.closeTo(0.5, 2)]);
    expect(sent!.norm).toBeCloseTo(Math.hypot(0.25, 0.5), 2);
    expect(version).toBe(coordinator.base());
    expect(coordinator.weights(version!)).toEqual(sent!.delta);
    await client.stop();
  });

  it('publishes what the device has learned, from which the next round trains', async () => {
    const { coordinator, client } = await scene({
      task: { ...small, plan: { learningRate: 0.2, epochs: 5 } },
    });
    await client.start();
    for (let i = 0; i < 12; i++) expect((await coordinator.round()).outcome).toBe('counted');
    const [slope, offset] = coordinator.weights(coordinator.base());
    expect(slope).toBeCloseTo(2, 0);
    expect(offset).toBeCloseTo(1, 0);
    await client.stop();
  });

  it('does the same each time', async () => {
    // TensorFlow.js numbers the layers of a process: the same model is of other names the next time.
    const parts = describeModel(model());
    const run = async () => {
      const { coordinator, client } = await scene({ task: { ...small, model: parts } });
      await client.start();
      await coordinator.round();
      const { version } = await coordinator.round();
      await client.stop();
      return { version, now: coordinator.clock.now(), received: coordinator.received };
    };
    expect(await run()).toEqual(await run());
  });

  it.each([
    ['quantised', { masking: null } as const],
    ['as floats', { masking: null, update: { kind: 'float32' } } as const],
  ])('takes updates without masks, %s', async (_, change) => {
    const { coordinator, client } = await scene({
      trainer: still(),
      task: { ...small, ...change },
      floors: { ...lower, masking: 'off', bits: 24 },
    });
    await client.start();
    const { outcome, sent } = await coordinator.round();
    expect(outcome).toBe('counted');
    expect(sent!.norm).toBeCloseTo(Math.hypot(0.25, 0.5), 2);
    await client.stop();
  });

  it('clips an update as the plan says', async () => {
    const { coordinator, client } = await scene({ trainer: still([30, 40]) });
    await client.start();
    const { sent } = await coordinator.round();
    expect(sent!.norm).toBeCloseTo(1, 2);
    await client.stop();
  });

  it('keeps private layers on the device', async () => {
    const layers = () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ units: 2, inputShape: [1], name: 'shared' }),
          tf.layers.dense({ units: 1, name: 'own' }),
        ],
      });
    const { coordinator, client } = await scene({
      task: { ...small, model: layers, privateLayers: ['own'] },
      trainer: still([0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.5]),
    });
    const before = coordinator.weights(coordinator.base());
    await client.start();
    const { sent, version } = await coordinator.round();
    expect(sent!.delta).toHaveLength(4);
    expect(coordinator.weights(version!).slice(4)).toEqual(before.slice(4));
    await client.stop();
  });

  it.each(['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const)(
    'ends a round in the phase of %s, after which the device takes part in the next',
    async failsIn => {
      const { coordinator, client } = await scene({
        trainer: still(),
        task: { ...small, masking: { threat: 'semi-malicious' } },
      });
      await client.start();
      const first = coordinator.base();
      expect(await coordinator.round({ failsIn })).toMatchObject({ outcome: 'failed', number: 1 });
      expect(coordinator.base()).toBe(first);
      expect(await coordinator.round()).toMatchObject({ outcome: 'counted', number: 2, errors: [] });
      await client.stop();
    },
  );

  it('goes away in the middle of a round and comes back, and the update counts once', async () => {
    const { coordinator, client } = await scene({
      trainer: {
        ...still(),
        async train(...args) {
          coordinator.goAway();
          return still().train(...args);
        },
      },
    });
    const away: string[] = [];
    client.on('disconnected', reason => {
      away.push(reason);
      coordinator.clock.at(coordinator.clock.now() + 60_000, () => coordinator.comeBack());
    });
    await client.start();
    const { outcome, sent } = await coordinator.round();
    expect(outcome).toBe('counted');
    expect(sent!.weight).toBe(40);
    expect(away).toEqual(['transport close']);
    await client.stop();
  });

  it('is away when a client starts, which says so and connects later', async () => {
    const { coordinator, client } = await scene();
    coordinator.goAway();
    await client.start();
    await coordinator.until(() => client.state.state === 'waiting' && 'problem' in client.state);
    expect(client.state).toMatchObject({ state: 'waiting', problem: 'refused' });
    coordinator.comeBack();
    await coordinator.round();
    expect(client.state).toEqual({ state: 'connected' });
    await client.stop();
  });

  it('refuses what a test wants refused', async () => {
    const { coordinator, client } = await scene();
    coordinator.refuse('enrol', 'device.enrolment-refused');
    await client.start();
    await coordinator.until(() => client.state.state === 'refused');
    expect(client.state).toMatchObject({ error: { code: 'device.enrolment-refused' } });
    await client.stop();
    coordinator.refuse('check-in', 'server.busy', { after: 3_000 });
    coordinator.refuse('upload', 'update.too-many', { times: 2 });
    coordinator.refuse('download', 'server.no-answer');
    await client.start();
    const { outcome, errors } = await coordinator.round();
    expect(outcome).toBe('counted');
    expect(errors).toMatchObject([{ code: 'server.busy' }]);
    await client.stop();
  });

  it('names a version to serve, and rolls back', async () => {
    const { topology, layout, weights } = stepping(1);
    const coordinator = await testCoordinator({
      tasks: { steps: { ...small, model: { topology, layout, weights } } },
    });
    const inference = new TableInference();
    const client = coordinator.client({
      tasks: {
        steps: {
          examples: () => steppingSequences(1, 40),
          trainer: new TableTrainer(),
          // It serves what it is told to, however that does on its own examples.
          hybrid: { serving, inference, margin: Number.POSITIVE_INFINITY },
        },
      },
      floors: lower,
    });
    const serves = () =>
      expect.poll(async () => {
        await coordinator.advance();
        return (await client.hybrid('steps').predict([1])).model;
      });
    const first = coordinator.base();
    await client.start();
    await serves().toBe(first);
    const second = coordinator.publish(stepping(2).weights);
    coordinator.serve(null);
    await serves().toBe(second);
    coordinator.rollBack(first);
    await serves().toBe(first);
    expect(coordinator.base()).toBe(first);
    expect(() => coordinator.serve('f'.repeat(64) as never)).toThrow(/no version/);
    await client.stop();
  });

  it('has the client of an app as well, on its own clock', async () => {
    const coordinator = await testCoordinator({ tasks: { line: { ...small, uploadSlot: 0 } } });
    const client = new FederatedClient({
      url: coordinator.url,
      transport: coordinator.transport,
      tasks: { line: { examples: () => line(40), trainer: still() } },
      storage: memoryStorage(),
      enrolment: 'a token',
      consent: 'not-needed',
      floors: { ...lower, uploadSlot: 0 },
    });
    coordinator.watch(client);
    await client.start();
    expect(await coordinator.round()).toMatchObject({ outcome: 'counted', sent: { examples: 40 } });
    expect(coordinator.received[0]).toMatchObject(['enrol', { token: 'a token' }]);
    await client.stop();
  });

  it('waits for a device that is to be spared', async () => {
    const { coordinator, client } = await scene();
    const waits: [number | null, string][] = [];
    client.on('wait', ({ after, reason }) => waits.push([after, reason]));
    coordinator.spares = 'the battery is low';
    await client.start();
    await coordinator.until(() => waits.length === 2);
    expect(waits).toEqual(new Array(2).fill([300_000, 'the battery is low']));
    expect(coordinator.received.some(([event]) => event === 'check-in')).toBe(false);
    coordinator.spares = undefined;
    expect(await coordinator.round()).toMatchObject({ outcome: 'counted' });
    await client.stop();
  });

  it('has one device at a time', async () => {
    const { coordinator, client } = await scene();
    await client.start();
    const other = coordinator.client({ tasks: { line: { examples: () => [], trainer: still() } } });
    await expect(other.start()).rejects.toThrow('one device at a time');
    await client.stop();
  });

  it('says what a test got wrong', async () => {
    await expect(testCoordinator({ tasks: { line: { ...small, cohort: 2 } } })).rejects.toThrow(/"cohort"/);
    await expect(testCoordinator({ tasks: { Line: small } })).rejects.toMatchObject({ code: 'protocol.id' });
    await expect(
      testCoordinator({ tasks: { line: { ...small, update: { bits: 1 } } } }),
    ).rejects.toMatchObject({ code: 'request.invalid' });
    const { coordinator } = await scene({ patience: 50 });
    expect(() => coordinator.base('lines')).toThrow('Name one of the tasks line; there is no "lines".');
    await expect(coordinator.round()).rejects.toThrow(/told nothing: was it started/);
  });
});

describe('an app with a mistake is found by it', () => {
  it('too few examples', async () => {
    const { coordinator, client } = await scene({ examples: () => line(10), patience: 50 });
    await client.start();
    await expect(coordinator.round()).rejects.toThrow(
      /did not check in for "line".*the app asks for 32 examples/,
    );
    await client.stop();
  });

  it('examples that are no numbers', async () => {
    const { coordinator, client } = await scene({
      examples: () => line(40).map(([x]) => [x, Number.NaN] as const),
    });
    await client.start();
    const { outcome, sent, errors } = await coordinator.round();
    expect({ outcome, norm: sent?.norm }).toEqual({ outcome: 'counted', norm: 0 });
    expect(errors).toMatchObject([{ code: 'training.failed', detail: expect.stringMatching(/diverged/) }]);
    await client.stop();
  });

  it('examples without a label, of which the app would have sent nothing useful', async () => {
    const { coordinator, client } = await scene({ examples: () => line(40).map(([x]) => [x] as never) });
    await client.start();
    const { sent, errors } = await coordinator.round();
    expect([sent?.norm, errors.map(({ code }) => code)]).toEqual([0, ['training.failed']]);
    await client.stop();
  });

  it('the wrong examples, by their number', async () => {
    const { coordinator, client } = await scene({ trainer: still([0.1, 0.1], 39) });
    await client.start();
    expect((await coordinator.round()).sent!.examples).toBe(39);
    await client.stop();
  });

  it('a trainer that throws', async () => {
    const { coordinator, client } = await scene({
      trainer: {
        ...still(),
        train: () => Promise.reject(new RangeError('no weights of that name')),
      },
    });
    await client.start();
    expect(await coordinator.round()).toMatchObject({
      outcome: 'left',
      reason: 'training.failed',
      errors: [{ detail: 'no weights of that name' }],
    });
    await client.stop();
  });

  it('a trainer that learns nothing it could send', async () => {
    const { coordinator, client } = await scene({ trainer: still([0.5]) });
    await client.start();
    expect(await coordinator.round()).toMatchObject({
      outcome: 'left',
      errors: [{ detail: 'The trainer gave 1 values; the model has 2.' }],
    });
    await client.stop();
  });

  it('a listener that throws', async () => {
    const { coordinator, client } = await scene();
    client.on('round', ({ phase }) => {
      if (phase === 'training') throw new TypeError('status is null');
    });
    await client.start();
    const { outcome, errors } = await coordinator.round();
    expect(outcome).toBe('counted');
    expect(errors[0]).toMatchObject({ detail: expect.stringMatching('status is null') });
    await client.stop();
  });

  it('a plan that its floors do not allow', async () => {
    const { coordinator, client } = await scene({ task: { ...small, masking: null } });
    await client.start();
    expect(await coordinator.round()).toMatchObject({
      outcome: 'left',
      reason: 'declined',
      errors: [{ code: 'plan.below-floor', floor: 'masking' }],
    });
    await client.stop();
  });
});
