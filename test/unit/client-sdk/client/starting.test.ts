import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { MemoryCoordinator } from '../memory-coordinator.ts';

it.each([
  ['start stop start', 'connecting'],
  ['start stop', 'off'],
  ['stop start', 'connecting'],
  ['start stop start stop', 'off'],
  ['start pause resume stop start', 'connecting'],
] as const)('ends as it was told last: %s', async (told, state) => {
  const clock = new VirtualClock();
  const { client } = deviceOn(new MemoryCoordinator(clock), clock, memoryStorage(), {
    keyboard: { examples: () => [], trainer: new StillTrainer() },
  });
  // None waits for the one before, as where a component comes, goes and comes again.
  await Promise.all(told.split(' ').map(name => client[name as 'start' | 'stop' | 'pause' | 'resume']()));
  await clock.advance(0);
  expect(client.state.state).toBe(state);
  await client.stop();
  expect([client.state.state, clock.pending]).toEqual(['off', 0]);
});
