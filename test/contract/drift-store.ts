import { driftReport } from '@murmuration/monitoring/report/drift-report';
import { planOf } from '@murmuration/serving/monitor/drift/counting-plan';
import {
  type DriftReference,
  type DriftStore,
  type DriftWindow,
  maxWindowsPerModel,
  mostReferences,
} from '@murmuration/serving/monitor/drift/drift-store';
import { describe, expect, it } from 'vitest';

const columns = { x: { role: 'feature', cells: [1, 2, 3, 4, 5, 6, 7, Number.POSITIVE_INFINITY] } } as const;
const counts = { x: { counts: [1, 2], missing: 1, unreadable: 0 } };
const referenceOf = (version: string, change: Partial<DriftReference> = {}): DriftReference => ({
  model: 'm',
  version,
  plan: planOf('1.1', columns),
  counts,
  origin: 'traffic',
  rows: 8,
  from: 1_000,
  to: 2_000,
  ...change,
});
const windowOf = (version: string, number: number, model = 'm'): DriftWindow => ({
  model,
  version,
  number,
  from: number,
  to: number + 1,
  rows: 3,
  plan: '1.1',
  counts,
  report: driftReport([{ name: 'x', reference: [1, 2], current: [] }], { at: 1 }),
});

/** What every store of drift keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function driftStoreContract(
  name: string,
  open: () => Promise<DriftStore>,
  reopen?: () => Promise<DriftStore>,
): void {
  describe(`${name} as a store of drift`, () => {
    it('has the newest reference of each version, the same to the last digit', async () => {
      const store = await open();
      expect(await store.reference('m', '1')).toBeUndefined();
      await store.putReference(referenceOf('1'));
      await store.putReference(referenceOf('2', { origin: 'window' }));
      await store.putReference(referenceOf('1', { rows: 9 }));
      expect(await store.reference('m', '1')).toEqual(referenceOf('1', { rows: 9 }));
      expect(await store.reference('m', '2')).toEqual(referenceOf('2', { origin: 'window' }));
      await store.dropReference('m', '1');
      expect(await store.reference('m', '1')).toBeUndefined();
      expect(await store.reference('m', '2')).toBeDefined();
    });

    it('keeps the references of the newest versions', async () => {
      const store = await open();
      for (let version = 0; version <= mostReferences; version++)
        await store.putReference(referenceOf(`${version}`));
      expect(await store.reference('m', '0')).toBeUndefined();
      expect(await store.reference('m', '1')).toBeDefined();
    });

    it('lists windows of a version, the newest first, and keeps the newest of a model', async () => {
      const store = await open();
      await store.addWindow(windowOf('1', 1));
      await store.addWindow(windowOf('2', 1));
      await store.addWindow(windowOf('1', 2));
      await store.addWindow(windowOf('1', 1, 'other'));
      expect(await store.windows('m', '1', 9)).toEqual([windowOf('1', 2), windowOf('1', 1)]);
      expect(await store.windows('m', '1', 1)).toEqual([windowOf('1', 2)]);
      for (let number = 3; number < maxWindowsPerModel + 3; number++)
        await store.addWindow(windowOf('1', number));
      expect(await store.windows('m', '1', 10_000)).toHaveLength(maxWindowsPerModel);
      expect(await store.windows('m', '2', 10)).toEqual([]);
      expect(await store.windows('other', '1', 10)).toHaveLength(1);
    });

    it('has what people set for a model', async () => {
      const store = await open();
      expect(await store.settings('m')).toEqual({});
      await store.putSettings('m', { every: 60_000, expected: ['x'] });
      await store.putSettings('m', { share: 0.3 });
      expect(await store.settings('m')).toEqual({ share: 0.3 });
      expect(await store.settings('other')).toEqual({});
    });

    if (reopen)
      it('has all of it after a restart', async () => {
        const store = await open();
        await store.putReference(referenceOf('1'));
        await store.addWindow(windowOf('1', 1));
        await store.putSettings('m', { share: 0.3 });
        const again = await reopen();
        expect(await again.reference('m', '1')).toEqual(referenceOf('1'));
        expect(await again.windows('m', '1', 9)).toEqual([windowOf('1', 1)]);
        expect(await again.settings('m')).toEqual({ share: 0.3 });
      });
  });
}
