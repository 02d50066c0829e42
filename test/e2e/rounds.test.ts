import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import * as plain from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { eventOf, lineClient, openCoordinator } from './line.ts';

describe('a coordinator and its devices over real sockets', () => {
  let coordinator: Coordinator;
  let clients: PlatformClient[];
  const records: RoundRecord[] = [];
  const faults: unknown[] = [];

  beforeAll(async () => {
    // Devices pause between rounds.
    const clock = hurriedClock(10);
    coordinator = await openCoordinator({ deadlines: { gathering: '50 s', updates: '10 min' } }, [], clock);
    coordinator.events.on('fault', (where, error) => faults.push([where, error]));
    coordinator.events.on('round-ended', record => records.push(record));
    clients = Array.from({ length: 4 }, (_, index) => lineClient(coordinator.url, index, undefined, clock));
    await Promise.all(clients.map(client => client.start()));
    await coordinator.start();
    await eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number === 12);
    await coordinator.endRounds();
  });

  afterAll(async () => {
    await Promise.all(clients.map(client => client.stop()));
    await coordinator.stop();
  });

  it('publish rounds that learn y = 2x + 1', async () => {
    expect(faults).toEqual([]);
    const finished = records.filter(({ outcome }) => outcome === 'published');
    expect(finished.length).toBeGreaterThanOrEqual(10);
    for (const { tally } of finished) {
      expect(tally.accepted).toBeGreaterThanOrEqual(2);
      expect(tally.accepted + tally.late + tally.lost).toBe(tally.cohort);
    }
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
    const model = await plain.loadLayersModel(coordinator.url + models[0].url);
    const [outputGradient, intercept] = model.getWeights().map(weight => weight.dataSync()[0]);
    expect(outputGradient).toBeCloseTo(2, 1);
    expect(intercept).toBeCloseTo(1, 1);
  });

  it('lists every round and every version with its lineage', async () => {
    const { rounds } = await (await fetch(`${coordinator.url}/v1/tasks/line/rounds?limit=200`)).json();
    const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models?limit=200`)).json();
    expect(rounds.map(({ number }: { number: number }) => number)).toEqual(
      records.map(({ number }) => number).reverse(),
    );
    for (const [i, model] of models.entries()) {
      expect(model.number).toBe(models.length - 1 - i);
      expect(model.parent).toBe(models[i + 1]?.model ?? null);
      if (model.round !== null)
        expect(rounds.find(({ round }: { round: string }) => round === model.round).model).toBe(model.model);
    }
  });
});
