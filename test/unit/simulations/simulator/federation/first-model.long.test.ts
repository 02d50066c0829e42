import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type SimulationOptions, simulate } from '@murmuration/simulations/federation/simulate';
import type { RunBegun, RunEnded, RunEvent } from '@murmuration/simulations/run-events/run-event';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-first-model-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A scenario whose initialisers have no seed. */
const unseeded: typeof clusters = {
  ...clusters,
  model: ({ data }) =>
    tf.sequential({
      name: 'clusters',
      layers: [
        tf.layers.dense({
          name: 'clusters',
          inputShape: [data.dimensions],
          units: data.clusters,
          kernelInitializer: tf.initializers.randomNormal({ stddev: 3 }),
        }),
      ],
    }),
};
const settings = {
  data: { clients: 8, perClient: 20, heldOut: 50 },
  cohort: { goal: 4 },
  stop: { rounds: 2 },
};

async function eventsOf(options: SimulationOptions = {}, scenario = unseeded, leaveAfter = 100) {
  const events: RunEvent[] = [];
  const rounds = simulate(scenario, { settings, workers: 1, tell: event => events.push(event), ...options });
  for await (const { number } of rounds) if (number >= leaveAfter) break;
  return events;
}

const begunOf = (events: readonly RunEvent[]) => events[0] as RunBegun;
const endOf = (events: readonly RunEvent[]) => events.at(-1) as RunEnded;
const before = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'clients-compared' ? [event.before.values] : []));

describe('the first model of a run', () => {
  it('follows from the seed where its initialisers have none', async () => {
    const [one, same, other] = [
      await eventsOf(),
      await eventsOf(),
      await eventsOf({ settings: { ...settings, seed: 2 } }),
    ];
    expect(begunOf(one).firstModelSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(begunOf(same).firstModelSha256).toBe(begunOf(one).firstModelSha256);
    expect(endOf(same).weightsSha256).toBe(endOf(one).weightsSha256);
    expect(begunOf(other).firstModelSha256).not.toBe(begunOf(one).firstModelSha256);
    expect(Math.random()).not.toBe(Math.random());
  });

  it('begins a run that tells the unit of its loss, as its objective has it', async () => {
    const squared: typeof unseeded = {
      ...unseeded,
      objective: (settings, data) => ({
        ...clusters.objective(settings, data),
        loss: (model, { inputs }) => (model.predict(inputs) as tf.Tensor).square().mean(),
      }),
    };
    expect(begunOf(await eventsOf({}, unseeded, 1)).lossUnit).toBe('nats');
    expect(begunOf(await eventsOf({}, squared, 1)).lossUnit).toBe('number');
  });

  it('is what clients are compared with, also where the scenario would make another one by then', async () => {
    let made = 0;
    const changing: typeof clusters = {
      ...unseeded,
      async model(settings, data) {
        const model = await unseeded.model(settings, data);
        made += 1;
        if (made > 1) model.setWeights(model.getWeights().map(weights => tf.zerosLike(weights)));
        return model;
      },
    };
    const whole = before(await eventsOf());
    expect(whole).not.toEqual([]);
    expect(before(await eventsOf({}, changing))).toEqual(whole);
    made = 0;
    await eventsOf({ checkpoint: folder }, changing, 1);
    const resumed = await eventsOf({ checkpoint: folder }, changing);
    expect(begunOf(resumed).earlier).toBe(1);
    expect(before(resumed)).toEqual(whole);
    await rm(join(folder, 'first-model.bin'));
    await expect(eventsOf({ checkpoint: folder }, changing)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('first-model.bin'),
    });
  });
});
