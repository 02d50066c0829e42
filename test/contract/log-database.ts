import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { DatabaseSink } from '@murmuration/serving/request-log/database';
import { attributesOf, structured } from '@murmuration/serving/request-log/event';
import { openSql } from '@murmuration/sql/database/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventOf, eventsOf, key } from '../unit/serving/server/request-log/log-folder.ts';

interface Row {
  readonly number: number;
  readonly id: string;
  readonly time: number;
  readonly model: string;
  readonly person: string | null;
  readonly event: string;
}

const day = 86_400_000;

/** What the request log holds of a database, whichever it is; `fresh` gives the address of one that is empty. */
export function logDatabaseContract(name: string, fresh: () => Promise<string>): void {
  describe(`the request log in ${name}`, () => {
    let address: string;
    let clock: VirtualClock;
    let faults: unknown[];
    let opened: DatabaseSink[];

    beforeEach(async () => {
      address = await fresh();
      clock = new VirtualClock();
      faults = [];
      opened = [];
    });

    afterEach(async () => {
      for (const sink of opened) await sink.close();
      expect(faults).toEqual([]);
    });

    const open = async (keepFor: number | null = null) => {
      const fault = (_: string, error: unknown) => faults.push(error);
      const sink = await DatabaseSink.open({ address, table: 'log', keepFor }, { clock, fault });
      opened.push(sink);
      return sink;
    };
    const rows = async () => {
      const database = await openSql<Record<string, Row>>(address);
      const found = await database.rows.selectFrom('log').selectAll().orderBy('number').execute();
      await database.close();
      return found;
    };

    it('has a row for each event, in their order, and goes on after a restart', async () => {
      const sink = await open();
      expect(await sink.write(eventsOf(0, 300))).toBe(300);
      await sink.close();
      await (await open()).write([eventOf(300, 'Ada')]);
      const found = await rows();
      expect(found.map(({ id }) => id)).toEqual(eventsOf(0, 301).map(event => attributesOf(event).id));
      const last = eventOf(300, 'Ada');
      expect(found.at(-1)).toMatchObject({
        time: Date.parse('2026-01-01T00:00:00.000Z'),
        model: 'm',
        person: key.person('Ada'),
        event: structured(last),
      });
      expect(found[0]?.person).toBeNull();
    });

    it('has all of a batch or nothing of it', async () => {
      const sink = await open();
      const broken = eventOf(1);
      const attributes = { ...attributesOf(broken), time: 'no time' };
      await expect(
        sink.write([eventOf(0), { ...broken, head: JSON.stringify(attributes).slice(0, -1) }]),
      ).rejects.toThrow();
      expect(await rows()).toEqual([]);
      await sink.write([eventOf(2)]);
      expect((await rows()).map(({ id }) => id)).toEqual(['r2']);
    });

    it('forgets a person, and nobody else', async () => {
      const sink = await open();
      await sink.write([eventOf(0, 'Ada'), eventOf(1, 'Bob'), eventOf(2), eventOf(3, 'Ada')]);
      expect(await sink.forget(key.person('Ada'))).toBe(2);
      expect(await sink.forget(key.person('Ada'))).toBe(0);
      expect((await rows()).map(({ id }) => id)).toEqual(['r1', 'r2']);
    });

    it('keeps rows as long as it is told to', async () => {
      const sink = await open(day);
      await sink.write(eventsOf(0, 3));
      const later = async () => {
        await clock.advance(day / 4);
        return (await rows()).length;
      };
      expect(await later()).toBe(3);
      await expect.poll(later).toBe(0);
    });

    it('is written by several at once, each of which tries again as the log does', async () => {
      const sinks = [await open(), await open(), await open()];
      const written = async (sink: DatabaseSink, from: number): Promise<number> =>
        sink.write(eventsOf(from, from + 100)).catch(error => {
          expect(error).toMatchObject({ code: 'storage.locked', retryable: true });
          return written(sink, from);
        });
      await Promise.all(sinks.map((sink, i) => written(sink, 100 * i)));
      expect((await rows()).map(({ id }) => id).sort()).toEqual(
        eventsOf(0, 300)
          .map(event => attributesOf(event).id)
          .sort(),
      );
    });
  });
}
