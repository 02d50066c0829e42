import type { Clock } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../registry/ports.ts';

/**
 * Contract of every store of blobs. `openWith` returns an empty store with this clock; `reopen`, of a
 * durable one, returns the last store as after a restart.
 */
export function blobsContract(
  name: string,
  openWith: (clock: Clock) => Promise<BlobStore>,
  reopen?: () => Promise<BlobStore>,
): void {
  const open = () => openWith(new VirtualClock(1_000));

  describe(`${name} as a store of blobs`, () => {
    it('gives back what was put, by its SHA-256', async () => {
      const blobs = await open();
      for (const bytes of [
        new Uint8Array(),
        Uint8Array.of(0, 255, 10, 13),
        new Uint8Array(100_000).fill(7),
      ]) {
        const hash = await blobs.put(bytes);
        expect(hash).toBe(contentHash(bytes));
        expect(Buffer.from(await blobs.get(hash)).equals(bytes)).toBe(true);
      }
    });

    it('gives it back in parts, to many at once', async () => {
      const blobs = await open();
      const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i ^ (i >> 8));
      const opened = await blobs.open(await blobs.put(bytes));
      expect(opened.length).toBe(bytes.length);
      const parts = [
        [0, 200_000],
        [0, 1],
        [65_535, 65_537],
        [131_072, 131_073],
        [199_999, 200_000],
        [7, 7],
      ] as const;
      await Promise.all(
        [...parts, ...parts].map(async ([start, end]) => {
          const blocks: Uint8Array[] = [];
          for await (const block of opened.read(start, end)) {
            expect(block.length).toBeLessThanOrEqual(65_536);
            blocks.push(block);
          }
          expect(Buffer.concat(blocks).equals(bytes.subarray(start, end))).toBe(true);
        }),
      );
      const empty = await blobs.open(await blobs.put(new Uint8Array()));
      expect(empty.length).toBe(0);
    });

    it('keeps the same bytes once, and what was put as it was', async () => {
      const blobs = await open();
      const bytes = Uint8Array.of(1, 2, 3);
      const hash = await blobs.put(bytes);
      expect(await blobs.put(Uint8Array.of(1, 2, 3))).toBe(hash);
      bytes.fill(9);
      expect([...(await blobs.get(hash))]).toEqual([1, 2, 3]);
    });

    it('takes many at once', async () => {
      const blobs = await open();
      const all = Array.from({ length: 40 }, (_, i) => Uint8Array.of(i % 20, 1, 2));
      const hashes = await Promise.all(all.map(bytes => blobs.put(bytes)));
      expect(new Set(hashes).size).toBe(20);
      for (const [i, hash] of hashes.entries()) expect([...(await blobs.get(hash))]).toEqual([...all[i]!]);
    });

    it('says so where there is none', async () => {
      const blobs = await open();
      for (const hash of ['0'.repeat(64), '', '../etc/passwd', 'toString'])
        for (const read of [() => blobs.get(hash), () => blobs.open(hash)])
          await expect(read()).rejects.toMatchObject({ code: 'model.missing' });
    });

    it('sweeps away what is not named, unless it was put lately', async () => {
      const blobs = await open();
      const [a, b, c] = await Promise.all([1, 2, 3].map(byte => blobs.put(Uint8Array.of(byte))));
      await blobs.open(a!);
      expect(await blobs.sweep(new Set(), 1_000)).toEqual([]);
      expect([...(await blobs.sweep(new Set([b!]), 1_001))].sort()).toEqual([a!, c!].sort());
      expect([...(await blobs.get(b!))]).toEqual([2]);
      for (const gone of [a!, c!])
        for (const read of [() => blobs.get(gone), () => blobs.open(gone)])
          await expect(read()).rejects.toMatchObject({ code: 'model.missing' });
      expect(await blobs.put(Uint8Array.of(1))).toBe(a);
      expect([...(await blobs.get(a!))]).toEqual([1]);
    });

    it('keeps what is put again while it is swept', async () => {
      const clock = new VirtualClock(1_000);
      const blobs = await openWith(clock);
      const bytes = Uint8Array.of(1);
      const hash = await blobs.put(bytes);
      for (const order of ['sweep first', 'put first']) {
        await clock.advance(1_000);
        const sweep = () => blobs.sweep(new Set(), clock.now());
        const put = () => blobs.put(bytes);
        await Promise.all(order === 'sweep first' ? [sweep(), put()] : [put(), sweep()]);
        expect([...(await blobs.get(hash))], order).toEqual([1]);
      }
    });

    it.runIf(reopen)('has them again after a restart, and may sweep them at once', async () => {
      const hash = await (await open()).put(Uint8Array.of(1, 2, 3));
      const blobs = await reopen!();
      expect([...(await blobs.get(hash))]).toEqual([1, 2, 3]);
      expect(await blobs.sweep(new Set(), 0)).toEqual([hash]);
    });
  });
}
