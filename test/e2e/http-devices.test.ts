import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { afterEach, describe, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { openCoordinator, startedByAll } from './line.ts';
import { markingOptions, markingTask, marks } from './marking-line.ts';
import { PlainProxy } from './plain-proxy.ts';
import { PackedProcess } from './processes.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

/** Devices pause before they try again, and before they let a connection go. */
const clock = hurriedClock(5);
const hour = '1 h';
const deadlines = {
  gathering: hour,
  messages: hour,
  updates: hour,
};

/** `grace`: how long a phase waits for devices that are away. */
async function open(grace: string | number = hour): Promise<Coordinator> {
  const task = { ...markingTask, deadlines: { ...deadlines, grace }, schedule: { every: hour } };
  const coordinator = await openCoordinator(task as never, [], clock);
  cleanUp.push(() => coordinator.stop());
  return startedByAll(coordinator, 6);
}

async function join(...options: Parameters<typeof markingOptions>): Promise<PlatformClient> {
  const client = new PlatformClient(markingOptions(...options), { ...nodePlatform, clock });
  cleanUp.push(() => client.stop());
  await client.start();
  return client;
}

/** How the first round of a coordinator ends. */
async function round(coordinator: Coordinator): Promise<RoundRecord> {
  const ended = new Promise<RoundRecord>(resolve => coordinator.events.on('round-ended', resolve));
  await coordinator.start();
  return ended;
}

describe('a masked round', () => {
  it('HT1 HT2 HT3: of devices on plain HTTP has all of them, once each, and they hold no connection afterwards', async () => {
    const coordinator = await open();
    const clients: PlatformClient[] = [];
    for (let index = 0; index < 6; index++) clients.push(await join(coordinator.url, index, 'http'));
    expect(await round(coordinator)).toMatchObject({ outcome: 'published', tally: { accepted: 6 } });
    expect(await marks(coordinator.url)).toEqual([1, 1, 1, 1, 1, 1]);
    // The next round begins in an hour.
    await expect.poll(() => clients.map(({ state }) => state.state)).toEqual(Array(6).fill('resting'));
  });

  it('HT5: of devices on sockets and on plain HTTP, one of which is killed in training, has the others exactly', async () => {
    const coordinator = await open(0);
    for (const [index, transport] of (['sockets', 'sockets', 'sockets', 'http', 'http'] as const).entries())
      await join(coordinator.url, index, transport);
    const killed = new PackedProcess('test/e2e/marking-device.ts', [coordinator.url, '5', 'http']);
    cleanUp.push(() => killed.child.kill('SIGKILL'));
    const ended = round(coordinator);
    await killed.printed(/training\n/);
    killed.child.kill('SIGKILL');
    expect(await ended).toMatchObject({ outcome: 'published', tally: { accepted: 5 } });
    expect(await marks(coordinator.url)).toEqual([1, 1, 1, 1, 1, 0]);
  });

  it('HT2 HT3 HT7: behind a proxy under a path that passes no WebSocket on, buffers, and loses answers, has all, once each', async () => {
    const coordinator = await open();
    const proxy = await PlainProxy.open(coordinator.url);
    cleanUp.push(() => proxy.close());
    // Of check-ins, of every message of secure aggregation, of polls.
    proxy.loses = (what, count) => count % 3 === 2 && !what.endsWith('/connections');
    const faults: unknown[] = [];
    coordinator.events.on('fault', (...fault) => faults.push(fault));
    for (let index = 0; index < 6; index++)
      await join(proxy.url, index, index % 2 === 0 ? 'http' : undefined);
    expect(await round(coordinator)).toMatchObject({ outcome: 'published', tally: { accepted: 6 } });
    expect(await marks(coordinator.url)).toEqual([1, 1, 1, 1, 1, 1]);
    // Those that were told no transport have tried a socket first, and went on without one.
    expect(proxy.upgrades).toBe(3);
    expect(proxy.passed.filter(what => what === 'POST /v1/connection/keys').length).toBeGreaterThan(6);
    expect(faults).toEqual([]);
  });
});
