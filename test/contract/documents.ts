import type { AuditLog } from '@murmuration/rounds/operators/audit';
import type { Document, Documents } from '@murmuration/rounds/operators/documents';
import { describe, expect, it } from 'vitest';

interface Kept {
  readonly documents: Documents;
  readonly audit: AuditLog;
}

const document = (key: string, at = 0, value: unknown = key, scope = 'line', kind = 'note'): Document => ({
  kind,
  scope,
  key,
  at,
  value,
});

const place = (key: string, scope = 'line', kind = 'note') => ({ kind, scope, key });

/** What every store of documents keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function documentsContract(
  name: string,
  open: () => Promise<Kept>,
  reopen?: () => Promise<Kept>,
): void {
  const keysOf = async (documents: Documents, ...query: Parameters<Documents['list']>) =>
    (await documents.list(...query)).map(({ key }) => key);

  describe(`${name} as documents`, () => {
    it('has each value under its kind, scope and key, all its numbers included', async () => {
      const { documents } = await open();
      const value = {
        text: 'Ångström “x” \u{1F600} \0',
        numbers: [0.1 + 0.2, 1e-300, -0, Number.NaN, Number.NEGATIVE_INFINITY],
        nothing: null,
      };
      expect(await documents.get('note', 'line', 'a')).toBeUndefined();
      const others = [document('a', 1, 'other', 'plane'), document('a', 1, 'another', 'line', 'mark')];
      await documents.change({ put: [document('a', 1, value), ...others] });
      const kept = reopen ? (await reopen()).documents : documents;
      expect(await kept.get('note', 'line', 'a')).toEqual(value);
      expect(await kept.get('note', 'plane', 'a')).toBe('other');
      expect(await kept.get('mark', 'line', 'a')).toBe('another');
      expect(await kept.list('note', { scope: 'line' })).toEqual([document('a', 1, value)]);
    });

    it('does not change with what was given to it', async () => {
      const { documents } = await open();
      const value = ['first'];
      await documents.change({ put: [document('a', 0, value)] });
      value.push('second');
      expect(await documents.get('note', 'line', 'a')).toEqual(['first']);
    });

    it('lists a kind with the newest first, and those of one time by scope and key', async () => {
      const { documents } = await open();
      await documents.change({
        put: [document('c', 5), document('b', 5), document('a', 7), document('Z', 5), document('d', -1)],
      });
      await documents.change({ put: [document('a', 5, 'x', 'kite'), document('a', 9, 'x', 'line', 'mark')] });
      const all = await documents.list('note');
      expect(all.map(({ scope, key }) => scope + key)).toEqual([
        'linea',
        'kitea',
        'lineZ',
        'lineb',
        'linec',
        'lined',
      ]);
      expect(await keysOf(documents, 'note', { scope: 'line', limit: 2 })).toEqual(['a', 'Z']);
      expect(await keysOf(documents, 'note', { scope: 'line', before: 7, limit: 1 })).toEqual(['Z']);
      expect(await keysOf(documents, 'note', { before: Number.POSITIVE_INFINITY, limit: 99 })).toHaveLength(
        6,
      );
      expect(await keysOf(documents, 'note', { scope: 'line', keys: ['d', 'b', 'none'] })).toEqual([
        'b',
        'd',
      ]);
      expect(await keysOf(documents, 'note', { scope: 'line', keys: [] })).toEqual([]);
    });

    it('puts in place of what is there, and adds where nothing is', async () => {
      const { documents } = await open();
      await documents.change({ put: [document('a', 1, 'old'), document('b', 1, 'old')] });
      await documents.change({
        put: [document('a', 2, 'new')],
        add: [document('b', 2, 'new'), document('c', 2, 'new'), document('c', 3, 'newer')],
      });
      expect(await documents.list('note')).toEqual([
        document('a', 2, 'new'),
        document('c', 2, 'new'),
        document('b', 1, 'old'),
      ]);
    });

    it('adds thousands at once', async () => {
      const { documents } = await open();
      const add = Array.from({ length: 7_000 }, (_, at) => document(`${at}`, at));
      await documents.change({ add });
      expect(await documents.list('note')).toHaveLength(7_000);
    });

    it('removes by key, and says how many were there', async () => {
      const { documents } = await open();
      await documents.change({
        put: [
          document('a'),
          document('b'),
          document('a', 0, 'x', 'plane'),
          document('a', 0, 'x', 'line', 'mark'),
        ],
      });
      expect(await documents.change({ remove: [place('a'), place('a'), place('none')] })).toBe(1);
      expect((await documents.list('note')).map(({ scope, key }) => scope + key)).toEqual([
        'lineb',
        'planea',
      ]);
      expect(await documents.get('mark', 'line', 'a')).toBe('x');
    });

    it('removes first and puts then, in one change', async () => {
      const { documents } = await open();
      await documents.change({ put: [document('a', 1, 'old')] });
      const change = { remove: [place('a')], put: [document('a', 2, 'new')] };
      expect(await documents.change(change)).toBe(1);
      expect(await documents.get('note', 'line', 'a')).toBe('new');
    });

    it('forgets those of a kind up to a time', async () => {
      const { documents } = await open();
      await documents.change({
        put: [
          document('a', 1),
          document('b', 2, 'x', 'plane'),
          document('c', 3),
          document('a', 1, 'x', '', 'mark'),
        ],
      });
      await documents.change({ forget: { kind: 'note', until: 2 } });
      expect(await keysOf(documents, 'note')).toEqual(['c']);
      expect(await keysOf(documents, 'mark')).toEqual(['a']);
      await documents.change({ forget: { kind: 'note', until: Number.POSITIVE_INFINITY } });
      expect(await keysOf(documents, 'note')).toEqual([]);
    });

    it('keeps the newest of a kind and a scope', async () => {
      const { documents } = await open();
      await documents.change({
        put: [document('old', 1, 'x', 'plane'), document('old', 1, 'x', 'line', 'mark')],
      });
      const newest = { kind: 'note', scope: 'line', most: 2 };
      for (const at of [3, 1, 2, 4]) await documents.change({ put: [document(`${at}`, at)], newest });
      expect(await keysOf(documents, 'note')).toEqual(['4', '3', 'old']);
      expect(await keysOf(documents, 'mark')).toEqual(['old']);
    });

    it('keeps a change together with what the audit log says of it', async () => {
      const { documents } = await open();
      const entry = {
        time: 1,
        actor: { id: 'a', name: 'Ada' },
        action: 'task.pause',
        subject: 'line',
        outcome: 'done',
        changes: null,
      } as const;
      await documents.change({ put: [document('a')], entries: [entry] });
      const kept = reopen ? await reopen() : undefined;
      if (kept) expect(await kept.documents.get('note', 'line', 'a')).toBe('a');
      if (kept) expect(await kept.audit.list(9, 9)).toMatchObject([{ subject: 'line' }]);
    });

    it.runIf(reopen)('makes all of a change or nothing', async () => {
      const { documents, audit } = await open();
      await documents.change({ put: [document('a', 1, 'old')] });
      const circle: { self?: unknown } = {};
      circle.self = circle;
      const change = documents.change({
        remove: [place('a')],
        put: [document('b'), document('c', 1, circle)],
      });
      await expect(change).rejects.toThrow();
      expect(await documents.list('note')).toEqual([document('a', 1, 'old')]);
      expect(await audit.list(9, 9)).toEqual([]);
    });
  });
}
