import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { TaskLeases } from '@murmuration/storage/leases/ports';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from '../../../../e2e/line.ts';
import { freePort } from '../../../../free-port.ts';
import { MemoryLeases } from '../cells/memory-leases.ts';

let running: Coordinator | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const away = () => new MurmurationError('storage.failed', 'The database does not answer.');

/** Starts a process of a role on leases that fail as `fails` says, by the name of what is asked. */
async function start(role: 'front' | 'cell', fails: (call: string) => unknown) {
  const clock = new VirtualClock(systemClock.now());
  const { leases: whole } = new MemoryLeases(clock).cell();
  const asked: string[] = [];
  const leases = new Proxy(whole, {
    get(target, key) {
      const found = Reflect.get(target, key);
      if (typeof found !== 'function') return found;
      return async (...args: unknown[]) => {
        asked.push(String(key));
        const error = fails(String(key));
        if (error) throw error;
        return await found.apply(target, args);
      };
    },
  }) as TaskLeases;
  const storage = { ...(await openStorage(undefined, clock)), leases };
  const healthPort = await freePort();
  const config = parseConfig({
    port: 0,
    healthPort,
    role,
    storage: 'postgres://database/cells',
    enrolmentTokens: [enrolmentToken],
    log: 'silent',
  });
  const told: string[] = [];
  const starting = createCoordinator(config, role === 'cell' ? [lineTask()] : [], {
    clock,
    random: systemRandom,
    storage,
    unanswered: ({ detail }) => told.push(detail),
  });
  starting.catch(() => {});
  return {
    clock,
    starting,
    asked,
    told,
    async ready() {
      const answer = await fetch(`http://127.0.0.1:${healthPort}/health/ready`);
      return (await answer.json()) as { readonly status?: string | number; readonly detail?: string };
    },
  };
}

/** Lets time pass until something was asked so many times. */
async function passUntil(clock: VirtualClock, isThere: () => boolean): Promise<void> {
  while (!isThere()) await clock.advance(100);
}

describe('the start of a process that shares a database', () => {
  it.each([
    ['front', 'ticketKey'],
    ['front', 'places'],
    ['cell', 'ticketKey'],
  ] as const)(
    'waits, as a %s, until that answers what it asks first (%s), and says so once',
    async (role, call) => {
      let isAway = true;
      const { clock, starting, asked, told, ready } = await start(role, asks =>
        isAway && asks === call ? away() : undefined,
      );
      const tries = () => asked.filter(each => each === call).length;
      await passUntil(clock, () => tries() === 4);
      expect(told).toEqual(['The database does not answer.']);
      expect((await ready()).detail).toMatch(/waits: the database does not answer in time/);
      isAway = false;
      let isOpen = false;
      void starting.then(() => {
        isOpen = true;
      });
      await passUntil(clock, () => isOpen);
      running = await starting;
      expect(tries()).toBeGreaterThanOrEqual(5);
      expect(told).toHaveLength(1);
      expect(await ready()).toEqual({ status: 'ok' });
      expect((await fetch(`${running.url}/health/live`)).status).toBe(200);
    },
  );

  it('goes on, as a cell that listens already, until its tasks are announced, and can be stopped meanwhile', async () => {
    const faults: unknown[] = [];
    const { clock, starting, asked } = await start('cell', asks =>
      asks === 'announce' ? away() : undefined,
    );
    let isOpen = false;
    void starting.then(() => {
      isOpen = true;
    });
    await passUntil(clock, () => isOpen);
    running = await starting;
    running.events.on('fault', (where, error) => faults.push([where, error]));
    await running.start();
    await passUntil(clock, () => asked.filter(each => each === 'announce').length > 3);
    expect(faults[0]).toEqual([
      'sharing tasks with other cells',
      expect.objectContaining({ code: 'storage.failed' }),
    ]);
    await running.stop();
    const { length } = asked;
    await clock.advance(10_000);
    expect(asked).toHaveLength(length);
  });

  it('fails at once where the answer does not pass', async () => {
    const refused = new MurmurationError('config.invalid', 'The database refuses.');
    for (const role of ['front', 'cell'] as const) {
      const { starting, told } = await start(role, asks => (asks === 'ticketKey' ? refused : undefined));
      await expect(starting).rejects.toBe(refused);
      expect(told).toEqual([]);
    }
  });
});
