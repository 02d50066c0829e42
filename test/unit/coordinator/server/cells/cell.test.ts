import { CoordinatorCell } from '@murmuration/coordinator/cells/cell';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { type Leased, partNames } from '@murmuration/storage/leases/parts';
import { describe, expect, it } from 'vitest';
import { standing } from '../../../../contract/standing.ts';
import type { ContractCell } from '../../../../contract/task-leases.ts';
import { MemoryLeases } from './memory-leases.ts';

const tasks = ['a', 'b', 'c', 'd', 'e', 'f'] as TaskName[];

function world() {
  const clock = new VirtualClock(1_000);
  const all = new MemoryLeases(clock);
  const open = (name: string, fails = new Set<Leased>(), own: readonly Leased[] = tasks) => {
    const line = all.cell();
    const { leases, vanish }: ContractCell = line;
    const led: [leads: boolean, at: number][] = [];
    const taken: Leased[] = [];
    const left: Leased[] = [];
    /** Parts of which something is under way. */
    const busy = new Set<Leased>();
    const failures: unknown[] = [];
    const cell = new CoordinatorCell({
      leases,
      tasks: own,
      url: `http://${name}.example.org`,
      clock,
      async takeOver(task) {
        if (fails.delete(task)) throw new Error('its storage fails');
        taken.push(task);
      },
      leave: async part => {
        if (busy.has(part)) return false;
        left.push(part);
        return true;
      },
      saw: () => {},
      standingOf: () => standing,
      failed: error => failures.push(error),
      leads: leads => led.push([leads, clock.now()]),
    });
    const die = async () => {
      await vanish();
      await cell.stop();
    };
    return { cell, leases, taken, left, busy, failures, vanish, die, led, line };
  };
  return { clock, open };
}

describe('cells that share tasks', () => {
  it('take about as many each where they start together', async () => {
    const { clock, open } = world();
    const [first, second] = [open('first'), open('second')];
    await first.cell.start();
    await second.cell.start();
    await clock.advance(5_000);
    expect([...first.taken, ...second.taken].sort()).toEqual(tasks);
    expect(Math.abs(first.taken.length - second.taken.length)).toBeLessThanOrEqual(2);
  });

  it('take all that another leaves, within two seconds and a half of its end', async () => {
    const { clock, open } = world();
    const [first, second] = [open('first'), open('second')];
    await first.cell.start();
    await second.cell.start();
    await clock.advance(5_000);
    await first.die();
    await clock.advance(2_500);
    expect(second.leases.held).toEqual(new Set(tasks));
    expect([...second.taken].sort()).toEqual(tasks);
    const places = await second.leases.places();
    expect(places.every(({ cell, said }) => cell === 'http://second.example.org' && said !== null)).toBe(
      true,
    );
  });

  it('start while the place of the leases does not answer, say so, and take tasks once it does', async () => {
    const { clock, open } = world();
    const first = open('first');
    first.line.cutOff('both');
    const started = first.cell.start();
    await clock.advance(10_000);
    await started;
    expect(first.failures.length).toBeGreaterThan(1);
    expect(first.failures).toEqual(
      first.failures.map(() => expect.objectContaining({ code: 'storage.failed' })),
    );
    first.line.mend();
    await clock.advance(10_000);
    expect([...first.taken].sort()).toEqual(tasks);
  });

  it('stop while they wait for the first answer, and ask nothing after that', async () => {
    const { clock, open } = world();
    const first = open('first');
    let asked = 0;
    const { announce } = first.leases;
    first.leases.announce = async all => {
      asked += 1;
      await announce(all);
    };
    first.line.cutOff('both');
    const started = first.cell.start();
    await clock.advance(500);
    let hasStopped = false;
    const stopped = first.cell.stop().then(() => {
      hasStopped = true;
    });
    await clock.advance(0);
    expect(hasStopped).toBe(false);
    first.line.mend();
    await clock.advance(2_000);
    await Promise.all([started, stopped]);
    await clock.advance(10_000);
    expect([asked, first.taken, first.failures, clock.pending]).toEqual([1, [], [], 0]);
  });

  it('do not start where what the leases answer does not pass', async () => {
    const { open } = world();
    const first = open('first');
    first.leases.announce = async () => {
      throw new MurmurationError('config.invalid', 'It refuses.');
    };
    await expect(first.cell.start()).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('leave a task alone that they have stopped with', async () => {
    const { clock, open } = world();
    const first = open('first');
    await first.cell.start();
    await first.cell.stop();
    const taken = first.taken.length;
    await clock.advance(10_000);
    expect(first.taken).toHaveLength(taken);
  });

  it('try again with a task whose rounds could not go on', async () => {
    const { clock, open } = world();
    const first = open('first', new Set(['a' as TaskName]));
    await first.cell.start();
    expect(first.failures).toHaveLength(1);
    await clock.advance(5_000);
    expect([...first.taken].sort()).toEqual(tasks);
  });

  it('hear it where both believe that they have a task: the one before ends', async () => {
    const { clock, open } = world();
    const [first, second] = [open('first'), open('second')];
    await first.cell.start();
    await clock.advance(5_000);
    await second.cell.start();
    await clock.advance(5_000);
    expect(second.taken).toEqual([]);
    expect(first.failures).toEqual([]);
    // Cut off: it lives, and nobody hears of it.
    await first.vanish();
    await clock.advance(3_000);
    expect([...second.taken].sort()).toEqual(tasks);
    expect(first.failures).toContainEqual(expect.objectContaining({ code: 'storage.in-use' }));
    await expect(first.leases.require()).rejects.toMatchObject({ code: 'storage.in-use' });
  });

  it.each(['there', 'back', 'both'] as const)(
    'lead no devices where they hear nothing of their leases, before another can have these (%s)',
    async way => {
      const { clock, open } = world();
      const [first, second] = [open('first'), open('second')];
      await first.cell.start();
      await clock.advance(5_000);
      await second.cell.start();
      expect(first.led).toEqual([]);
      first.line.cutOff(way);
      const since = clock.now();
      for (; second.taken.length === 0; await clock.advance(10))
        expect(clock.now() - since).toBeLessThan(60_000);
      expect(first.led).toEqual([[false, expect.any(Number)]]);
      const after = first.led[0]![1] - since;
      expect(after).toBeLessThanOrEqual(first.leases.lasts);
      expect(after).toBeGreaterThan(first.leases.lasts - 1_000);
    },
  );

  it('take a task whose lease they were given, where the answer was lost', async () => {
    const { clock, open } = world();
    const first = open('first');
    first.line.latency = 100;
    const started = first.cell.start();
    // In the midst of the first answers.
    await clock.advance(150);
    first.line.cutOff('back');
    await clock.advance(4_000);
    first.line.mend();
    await clock.advance(30_000);
    await started;
    expect([...first.taken].sort()).toEqual(tasks);
  });

  it('lead devices again once they hear that their leases are their own', async () => {
    const { clock, open } = world();
    const first = open('first');
    await first.cell.start();
    await clock.advance(5_000);
    const { require } = first.leases;
    Object.assign(first.leases, { require: async () => Promise.reject(new Error('the database is away')) });
    await clock.advance(20_000);
    expect(first.led.map(([leads]) => leads)).toEqual([false]);
    Object.assign(first.leases, { require });
    await clock.advance(1_000);
    expect(first.led.map(([leads]) => leads)).toEqual([false, true]);
    await first.cell.stop();
    first.cell.close();
    await clock.advance(60_000);
    expect(first.led).toHaveLength(2);
  });

  it('lead no devices for longer than their leases last where they stop, and do not come to an end', async () => {
    const { clock, open } = world();
    const first = open('first');
    await first.cell.start();
    await first.cell.stop();
    await clock.advance(first.leases.lasts);
    expect(first.led.map(([leads]) => leads)).toEqual([false]);
  });

  it('take no task over again that they have, where the place of the leases forgets them for a moment', async () => {
    const { clock, open } = world();
    const first = open('first', new Set(), tasks.slice(0, 1));
    await first.cell.start();
    await clock.advance(5_000);
    first.line.lose();
    await clock.advance(20_000);
    expect(first.taken).toEqual(tasks.slice(0, 1));
    expect(first.failures).toEqual([]);
    expect(first.led).toEqual([]);
  });

  it('lead nobody any more once another has a task of theirs', async () => {
    const { clock, open } = world();
    const [first, second] = [open('first'), open('second')];
    await first.cell.start();
    await clock.advance(5_000);
    await second.cell.start();
    await first.vanish();
    await clock.advance(60_000);
    expect(first.led.map(([leads]) => leads)).toEqual([false]);
    expect(second.led).toEqual([]);
  });
});

describe('cells that share the parts of a task', () => {
  const parts = partNames('a' as TaskName, 4);
  const own = ['a' as TaskName, ...parts];
  const partsOf = ({ leases }: { readonly leases: { readonly held: ReadonlySet<Leased> } }) =>
    parts.filter(part => leases.held.has(part));

  it('have all of them where there is one cell, and leave it half once a second one comes', async () => {
    const { clock, open } = world();
    const first = open('first', new Set(), own);
    await first.cell.start();
    await clock.advance(10_000);
    expect(partsOf(first)).toEqual(parts);
    const second = open('second', new Set(), own);
    await second.cell.start();
    await clock.advance(5_000);
    expect(partsOf(first)).toHaveLength(2);
    expect(partsOf(second)).toHaveLength(2);
    expect([...partsOf(first), ...partsOf(second)].sort()).toEqual(parts);
    expect(first.leases.held).toContain('a');
    expect([...first.failures, ...second.failures]).toEqual([]);
    // And then all stays as it is.
    const taken = [first.taken.length, second.taken.length];
    await clock.advance(60_000);
    expect([first.taken.length, second.taken.length]).toEqual(taken);
  });

  it('keep a part of which something is under way until that is over', async () => {
    const { clock, open } = world();
    const first = open('first', new Set(), own);
    await first.cell.start();
    await clock.advance(10_000);
    for (const part of parts) first.busy.add(part);
    const second = open('second', new Set(), own);
    await second.cell.start();
    await clock.advance(10_000);
    expect(partsOf(first)).toEqual(parts);
    first.busy.delete(parts[2]!);
    await clock.advance(3_000);
    expect(first.left).toEqual([parts[2]]);
    expect(partsOf(second)).toEqual([parts[2]]);
  });

  it('take the parts of a cell that is gone', async () => {
    const { clock, open } = world();
    const cells = ['first', 'second'].map(name => open(name, new Set(), own));
    for (const { cell } of cells) await cell.start();
    await clock.advance(10_000);
    const [first, second] = cells as [(typeof cells)[0], (typeof cells)[0]];
    await second.die();
    await clock.advance(3_000);
    expect(partsOf(first)).toEqual(parts);
  });
});
