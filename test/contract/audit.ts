import type { AuditEntry, AuditLog } from '@murmuration/rounds/operators/audit';
import { describe, expect, it } from 'vitest';

function entryOf(index: number, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    time: 1_000 + index,
    actor: { id: `token-${index}`.padEnd(16, '-'), name: `Zoë ${index}` },
    action: 'device.revoke',
    subject: `device-${index}`,
    outcome: 'done',
    changes: null,
    ...change,
  };
}

/** What every audit log keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function auditContract(
  name: string,
  open: () => Promise<AuditLog>,
  reopen?: () => Promise<AuditLog>,
): void {
  describe(`${name} as an audit log`, () => {
    it('numbers entries in the order of appending, and lists them newest first', async () => {
      const log = await open();
      expect(await log.list(Number.POSITIVE_INFINITY, 10)).toEqual([]);
      // Numbers follow the order of appending, whatever the clock shows.
      const entries = [
        entryOf(3),
        entryOf(1, { outcome: 'task.unknown', subject: '' }),
        entryOf(2, { changes: [{ field: 'cohort.goal', from: null, to: ['Zoë', 2.5] }] }),
      ];
      for (const [position, entry] of entries.entries()) expect(await log.append(entry)).toBe(position + 1);
      const numbered = entries.map((entry, position) => ({ ...entry, number: position + 1 })).reverse();
      expect(await log.list(Number.POSITIVE_INFINITY, 10)).toEqual(numbered);
      expect(await log.list(Number.POSITIVE_INFINITY, 2)).toEqual(numbered.slice(0, 2));
      expect(await log.list(2, 10)).toEqual(numbered.slice(2));
      expect(await log.list(1, 10)).toEqual([]);
    });

    it('lists entries of some actions only', async () => {
      const log = await open();
      const actions = ['task.settings', 'gate.pass', 'version.rollback', 'task.settings'] as const;
      for (const [index, action] of actions.entries()) await log.append(entryOf(index, { action }));
      const numbers = async (before: number, limit: number) =>
        (await log.list(before, limit, ['task.settings', 'version.rollback'])).map(({ number }) => number);
      expect(await numbers(Number.POSITIVE_INFINITY, 10)).toEqual([4, 3, 1]);
      expect(await numbers(4, 1)).toEqual([3]);
      expect(await log.list(Number.POSITIVE_INFINITY, 10, ['run.stop'])).toEqual([]);
    });

    it('loses no entry of many that are appended at the same time', async () => {
      const log = await open();
      await Promise.all(Array.from({ length: 30 }, (_, index) => log.append(entryOf(index))));
      const entries = await log.list(Number.POSITIVE_INFINITY, 100);
      expect(entries.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
      expect(new Set(entries.map(({ subject }) => subject)).size).toBe(30);
    });

    it('lists an entry that says something has begun until one tells how it ended', async () => {
      const log = await open();
      const begun = await log.append(entryOf(1, { outcome: 'begun' }));
      const lost = await log.append(entryOf(2, { outcome: 'begun' }));
      expect(await log.list(Number.POSITIVE_INFINITY, 10)).toEqual([
        { ...entryOf(2, { outcome: 'begun' }), number: lost },
        { ...entryOf(1, { outcome: 'begun' }), number: begun },
      ]);
      const ended = await log.append(entryOf(3), begun);
      const listed = [
        { ...entryOf(3), number: ended },
        { ...entryOf(2, { outcome: 'begun' }), number: lost },
      ];
      expect(await log.list(Number.POSITIVE_INFINITY, 10)).toEqual(listed);
      expect(await log.list(ended, 10)).toEqual(listed.slice(1));
      expect(await log.list(Number.POSITIVE_INFINITY, 1)).toEqual(listed.slice(0, 1));
    });

    it.runIf(reopen)('goes on after a restart', async () => {
      await (await open()).append(entryOf(1));
      const log = await reopen!();
      await log.append(entryOf(2));
      expect(await log.list(Number.POSITIVE_INFINITY, 10)).toEqual([
        { ...entryOf(2), number: 2 },
        { ...entryOf(1), number: 1 },
      ]);
    });
  });
}
