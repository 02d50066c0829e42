import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type FederationOptions, openFederation } from '@murmuration/simulations/federation/federation';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { describe, expect, test } from 'vitest';

const rounds = 3;

/** The hash of the weights after some rounds, and what else there is to compare. */
async function run(change: object, options: FederationOptions) {
  const settings = clusters.schema.parse({
    ...clusters.defaults,
    data: { clients: 30, perClient: 20, heldOut: 200 },
    cohort: { goal: 8, overSelection: 1 },
    ...change,
  });
  const data = await clusters.data(settings);
  const federation = await openFederation(clusters as never, settings, data, options);
  try {
    const ended = [];
    for (let i = 0; i < rounds; i++) ended.push(await federation.next());
    const { weights } = await federation.newest();
    return { hash: await federation.weightsHash(), weights, ended };
  } finally {
    await federation.close();
  }
}

describe('the same seed', () => {
  test('gives a model with the same files, whatever else the process has made', async () => {
    await startBackend();
    const settings = clusters.schema.parse({
      ...clusters.defaults,
      data: { clients: 30, perClient: 20, heldOut: 200 },
    });
    const data = await clusters.data(settings);
    const filesOf = async () => {
      const { topology, layout } = describeModel(await clusters.model(settings, data));
      return JSON.stringify([topology, layout]);
    };
    const before = await filesOf();
    for (let i = 0; i < 20; i++) tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    expect(await filesOf()).toBe(before);
  });

  test('gives the same weights in its own thread, on one worker and on two, over the loopback and over sockets, with masks', async () => {
    const masking = { enabled: true };
    const one = await run({ masking }, { workers: 1 });
    const two = await run({ masking }, { workers: 2 });
    const own = await run({ masking }, { workers: 0 });
    const sockets = await run({ masking }, { workers: 2, transport: 'sockets' });
    expect(one.ended.map(({ outcome }) => outcome)).toEqual(['published', 'published', 'published']);
    expect(two.hash).toBe(one.hash);
    expect(own.hash).toBe(one.hash);
    expect(sockets.hash).toBe(one.hash);
    expect(two.ended.map(({ wallSeconds: _, ...rest }) => rest)).toEqual(
      one.ended.map(({ wallSeconds: _, ...rest }) => rest),
    );
  });

  test('gives the same float32 weights over the loopback and over sockets but for the order of additions', async () => {
    const update = { kind: 'float32' };
    const loopback = await run({ update }, { workers: 2 });
    const sockets = await run({ update }, { workers: 2, transport: 'sockets' });
    expect(loopback.ended.map(({ outcome }) => outcome)).toEqual(['published', 'published', 'published']);
    expect(sockets.weights.length).toBe(loopback.weights.length);
    for (const [i, weight] of loopback.weights.entries())
      expect(Math.abs(sockets.weights[i]! - weight)).toBeLessThan(1e-6);
    const moved = await run({ update, seed: 2 }, { workers: 1 });
    expect(
      Math.max(...loopback.weights.map((weight, i) => Math.abs(moved.weights[i]! - weight))),
    ).toBeGreaterThan(1e-3);
  });

  test('another seed gives others', async () => {
    const one = await run({ seed: 1 }, { workers: 1 });
    const other = await run({ seed: 2 }, { workers: 1 });
    expect(other.hash).not.toBe(one.hash);
  });
});
