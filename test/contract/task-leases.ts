import type { TaskName } from '@murmuration/protocol/ids/ids';
import { partName } from '@murmuration/storage/leases/parts';
import type { TaskLeases } from '@murmuration/storage/leases/ports';
import { describe, expect, it } from 'vitest';
import { standing } from './standing.ts';

const [keyboard, digits] = ['keyboard', 'digits'] as TaskName[] as [TaskName, TaskName];

/** A cell as the contract has it, and how its machine goes. */
export interface ContractCell {
  readonly leases: TaskLeases;
  /** Ends the cell without a word. */
  vanish(): Promise<void>;
}

/** What every place of leases keeps to; `open` gives two cells that share an empty one. */
export function taskLeasesContract(
  name: string,
  open: () => Promise<readonly [ContractCell, ContractCell]>,
): void {
  describe(`${name} as a place of leases`, () => {
    it('gives a task to one cell, until that lets go of it', async () => {
      const [{ leases: first }, { leases: second }] = await open();
      await first.announce([keyboard]);
      await second.announce([keyboard]);
      const taken = await Promise.all([
        first.take(keyboard, 'http://127.0.0.1:1'),
        second.take(keyboard, 'http://127.0.0.1:2'),
      ]);
      // Where both came at the same moment, each may have seen the other one at it.
      if (!taken.includes(true)) expect(await first.take(keyboard, 'http://127.0.0.1:1')).toBe(true);
      expect(taken.filter(Boolean).length).toBeLessThanOrEqual(1);
      const [holder, other] = first.held.has(keyboard) ? [first, second] : [second, first];
      expect(await other.take(keyboard, 'http://127.0.0.1:3')).toBe(false);
      await expect(holder.require()).resolves.toBeUndefined();

      await holder.release();
      expect(holder.held.size).toBe(0);
      expect(await other.take(keyboard, 'http://127.0.0.1:3')).toBe(true);
      expect(await holder.take(keyboard, 'http://127.0.0.1:1')).toBe(false);
    });

    it('gives a task again to the cell that has it, which may not have heard so', async () => {
      const [{ leases: first }, { leases: second }] = await open();
      await first.announce([keyboard]);
      expect(await first.take(keyboard, 'http://127.0.0.1:1')).toBe(true);
      expect(await first.take(keyboard, 'http://127.0.0.1:1')).toBe(true);
      await expect(first.require()).resolves.toBeUndefined();
      expect(await second.take(keyboard, 'http://127.0.0.1:2')).toBe(false);
    });

    it('gives no task that nobody has announced', async () => {
      const [{ leases }] = await open();
      expect(await leases.take(keyboard, 'http://127.0.0.1:1')).toBe(false);
    });

    it('gives the tasks of a cell that is gone to another one, and tells where they are', async () => {
      const [first, { leases: second }] = await open();
      await first.leases.announce([keyboard, digits]);
      expect(await first.leases.take(keyboard, 'http://127.0.0.1:1')).toBe(true);
      expect(await second.take(digits, 'http://127.0.0.1:2')).toBe(true);
      await first.leases.tell(new Map([[keyboard, standing]]));
      expect(await second.places()).toEqual([
        { task: digits, cell: 'http://127.0.0.1:2', said: null },
        { task: keyboard, cell: 'http://127.0.0.1:1', said: { standing, age: expect.any(Number) } },
      ]);
      expect(await second.take(keyboard, 'http://127.0.0.1:2')).toBe(false);

      await first.vanish();
      expect((await second.places()).map(({ cell }) => cell)).toEqual(['http://127.0.0.1:2', null]);
      expect(await second.take(keyboard, 'http://127.0.0.1:2')).toBe(true);
      expect(second.held).toEqual(new Set([keyboard, digits]));
    });

    it('lets go of one task, and of no other, and counts the cells that live', async () => {
      const [first, second] = await open();
      const { leases } = first;
      expect(await second.leases.living()).toBe(2);
      await leases.announce([keyboard, partName(keyboard, 1), partName(keyboard, 2)]);
      for (const task of [keyboard, partName(keyboard, 1), partName(keyboard, 2)])
        expect(await leases.take(task, 'http://127.0.0.1:1')).toBe(true);
      await leases.letGo(partName(keyboard, 2));
      expect(leases.held).toEqual(new Set([keyboard, partName(keyboard, 1)]));
      await expect(leases.require()).resolves.toBeUndefined();
      expect(await second.leases.take(partName(keyboard, 1), 'http://127.0.0.1:2')).toBe(false);
      expect(await second.leases.take(partName(keyboard, 2), 'http://127.0.0.1:2')).toBe(true);
      // What it has let go of is another's: it writes on.
      await expect(leases.require()).resolves.toBeUndefined();
      expect((await leases.places()).map(({ task, cell }) => [task, cell])).toEqual([
        [keyboard, 'http://127.0.0.1:1'],
        [partName(keyboard, 1), 'http://127.0.0.1:1'],
        [partName(keyboard, 2), 'http://127.0.0.1:2'],
      ]);
      await first.vanish();
      expect(await second.leases.living()).toBe(1);
    });

    it('tells a cell that another has its task, whose word on it counts no more', async () => {
      const [first, { leases: second }] = await open();
      await first.leases.announce([keyboard]);
      await first.leases.take(keyboard, 'http://127.0.0.1:1');
      await first.vanish();
      await second.take(keyboard, 'http://127.0.0.1:2');
      await second.tell(new Map([[keyboard, standing]]));
      await expect(first.leases.require()).rejects.toMatchObject({ code: 'storage.in-use' });
      await first.leases.tell(new Map([[keyboard, { ...standing, cohortSize: 1_000 }]]));
      await first.leases.release();
      const [place] = await second.places();
      expect(place).toMatchObject({ cell: 'http://127.0.0.1:2', said: { standing } });
      await expect(second.require()).resolves.toBeUndefined();
    });

    it('gives one key of tickets to all', async () => {
      const [{ leases: first }, { leases: second }] = await open();
      const key = await first.ticketKey();
      expect(key).toHaveLength(32);
      expect(await second.ticketKey()).toEqual(key);
      expect(await first.ticketKey()).toEqual(key);
    });
  });
}
