import { join } from 'node:path';
import { csv } from '@murmuration/serving/precompute/job/inputs';
import { afterEach, describe, expect, it } from 'vitest';
import { canMount, fill, mountSmall, unfill, unmount } from '../../../../small-disk.ts';
import { denseModel } from '../models.ts';
import { JobBench } from './bench-of-jobs.ts';

describe.runIf(canMount)('a precompute job into a disk that is full', { tags: 'small-disk' }, () => {
  let small = '';
  let bench: JobBench;
  afterEach(async () => {
    await bench.close();
    unmount(small);
  });

  it('fails with a code and leaves the table before, which is read on; the next run takes its place', async () => {
    small = mountSmall()!;
    bench = await JobBench.create(join(small, 'rows.db'));
    const job = { name: 'sums', model: 'dense', inputs: csv('in.csv'), key: 'id' };
    const table = (count: number) =>
      `id,x1,x2\n${Array.from({ length: count }, (_, at) => `a${at},${at},1`).join('\n')}\n`;
    await bench.models.put('dense', 1, await denseModel(2, 1));
    await bench.file('in.csv', table(10));
    const { jobs } = await bench.process([job]);
    await jobs.run('sums');
    const before = await bench.shown('precomputed_sums');
    await bench.file('in.csv', table(3_000));
    await fill(small);
    for (let times = 2; times > 0; times--) {
      await expect(jobs.run('sums')).rejects.toMatchObject({ code: 'storage.full' });
      expect((await jobs.find('sums', 'a3')).row.prediction).toBe('[0.125]');
      await expect(jobs.find('sums', 'a10')).rejects.toMatchObject({ code: 'request.not-found' });
    }
    expect(await bench.shown('precomputed_sums')).toEqual(before);
    await unfill(small);
    expect(await jobs.run('sums')).toMatchObject({ read: 3_000, failed: 0, error: null });
    expect(await bench.shown('precomputed_sums')).toHaveLength(3_000);
    expect((await jobs.find('sums', 'a10')).row.prediction).toBe('[0.125]');
  });
});
