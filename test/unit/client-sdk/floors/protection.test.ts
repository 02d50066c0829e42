import { defaultFloors, type Floors } from '@murmuration/client-sdk/floors/floors';
import type { Protection } from '@murmuration/client-sdk/floors/protection';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { MemoryCoordinator } from '../memory-coordinator.ts';

const clientOf = (floors?: Floors) =>
  new FederatedClient({
    url: 'https://learn.example.org',
    tasks: { keyboard: { examples: () => [], trainer: new StillTrainer() } },
    storage: memoryStorage(),
    enrolment: 'token',
    ...(floors && { floors }),
  });
const authority = { enrolmentKey: new Uint8Array(32).fill(7), population: 'phones' };

describe('what protects a device', () => {
  it('is the defaults where the app says nothing, and no more than a curious coordinator without a key', () => {
    const expected = { protects: 'honest-but-curious', floors: defaultFloors, weaker: [] };
    expect(clientOf().protection).toEqual(expected);
    expect(clientOf({}).protection).toEqual(expected);
    expect(clientOf({ masking: undefined } as unknown as Floors).protection).toEqual(expected);
  });

  it.each([
    [authority, 'malicious', []],
    [{ ...authority, masking: 'semi-malicious' }, 'semi-malicious', ['masking']],
    [{ ...authority, masking: 'honest-but-curious' }, 'honest-but-curious', ['masking']],
    [{ masking: 'malicious' }, 'honest-but-curious', []],
    [{ ...authority, masking: 'off' }, 'nothing', ['masking']],
    [{ ...authority, corrupt: 0.04 }, 'malicious', ['corrupt']],
    [{ ...authority, dropping: { most: 0.5 } }, 'malicious', ['dropping']],
    [{ ...authority, contributions: { day: 5 } }, 'malicious', ['contributions']],
    [{ ...authority, privacy: 'any' }, 'malicious', ['privacy']],
    [{ ...authority, privacy: { epsilon: 1e6, delta: 1, noiseBy: 'coordinator' } }, 'malicious', []],
  ] as const)('%o', (floors: Floors, protects, weaker) => {
    expect(clientOf(floors).protection).toMatchObject({ protects, weaker });
  });

  it('names no floor that is stronger than its default', () => {
    const stronger: Floors = {
      corrupt: 0.2,
      dropping: { least: 0.1, most: 0.2, checked: 0.2 },
      smallestCohort: 100,
      smallestSum: 50,
      leastExamples: 100,
      mostPasses: 1,
      clip: 1,
      bits: 8,
      contributions: { day: 1, model: 1 },
      uploadSlot: 60_000,
      queryThreshold: 20,
      queryPeriod: 200_000_000,
      privacy: { epsilon: 1, delta: 1e-9 },
    };
    expect(clientOf(stronger).protection.weaker).toEqual([]);
  });

  it('names every floor that a demonstration gives up, as the client starts', async () => {
    const clock = new VirtualClock();
    const tasks = { keyboard: { examples: () => [], trainer: new StillTrainer() } };
    const { client } = deviceOn(
      new MemoryCoordinator(clock),
      clock,
      memoryStorage(),
      tasks,
      1,
      undefined,
      simulatedFloors,
    );
    const told: Protection[] = [];
    client.on('protection', event => told.push(event));
    await client.start();
    expect(told).toEqual([client.protection]);
    expect([...told[0]!.weaker].sort()).toEqual(Object.keys(simulatedFloors).sort());
    await client.stop();
  });
});
