import { csv, rows } from '@murmuration/serving/precompute/job/inputs';
import { precompute } from '@murmuration/serving/precompute/job/job';
import { jobsOf } from '@murmuration/serving/precompute/job/jobs-of';
import { dueAfter } from '@murmuration/serving/precompute/job/schedule';
import { generationOf, generationTable, viewOf } from '@murmuration/serving/precompute/table/names';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const job = { name: 'sums', model: 'dense@champion', inputs: csv('in.csv'), key: 'id' };

describe('a precompute job', () => {
  it('has the defaults that the guide names, and can be read again', () => {
    const made = precompute({ ...job, every: '6 h', validFor: '1 d' });
    expect(made).toMatchObject({
      every: 21_600_000,
      validFor: 86_400_000,
      onPromotion: false,
      stale: 'serve',
      failures: { kept: 100, most: null },
    });
    expect(precompute(made)).toEqual(made);
  });

  it.each([
    [
      'a name with SQL in it',
      { name: 'a"; drop table x; --' },
      /name is .*; it has to be 1 to 40 lower-case letters/,
    ],
    ['a name with _', { name: 'a_b' }, /name/],
    ['an empty name', { name: '' }, /name/],
    [
      'a model that is none',
      { model: 'a@b@c' },
      /model is "a@b@c"; it has to be a model such as keyboard@champion/,
    ],
    ['no inputs', { inputs: {} }, /inputs is an object; it has to be one of csv\(/],
    [
      'a cron pattern that is none',
      { every: { cron: 'every day' } },
      /every\.cron is "every day"; it has to be a cron pattern/,
    ],
    ['a time that is none', { every: 'daily' }, /every/],
    ['runs without a pause', { every: '1 ms' }, /every is .*; it has to be at least 1 s/],
    ['another policy', { stale: 'ignore' }, /stale/],
    ['a field that there is not', { nonsense: 1 }, /There is no field "nonsense"/],
  ])('is refused with %s', (_, wrong, text) => {
    expect(() => precompute({ ...job, ...wrong } as never)).toThrow(text);
  });

  it('is found in a file, alone, in a list, or under jobs, with paths from its folder', () => {
    for (const value of [job, [job], { jobs: [job] }]) {
      const [found] = jobsOf(JSON.parse(JSON.stringify(value)), 'jobs.json', '/etc/jobs');
      expect(found).toMatchObject({ name: 'sums', inputs: { csv: '/etc/jobs/in.csv' } });
    }
    const [remote] = jobsOf([{ ...job, into: 'postgres://here/rows' }], 'jobs.mjs', '/etc/jobs');
    expect(remote?.into).toBe('postgres://here/rows');
    expect(() => jobsOf([job, job], 'jobs.json', '/')).toThrow(/Two jobs have the name "sums"/);
    expect(() => jobsOf(undefined, 'jobs.mjs', '/')).toThrow(/jobs.mjs describes no job/);
    expect(() => jobsOf([{ ...job, key: '' }], 'jobs.json', '/')).toThrow(/jobs.json, job sums: key/);
    expect(jobsOf({ ...job, inputs: rows(() => []) }, 'jobs.mjs', '/')).toHaveLength(1);
  });

  it('has tables of its own, whatever its name', () => {
    const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
    fc.assert(
      fc.property(names, names, fc.nat(), (one, other, generation) => {
        const table = generationTable(one, generation);
        expect(generationOf(one, table)).toBe(generation);
        expect(table.length).toBeLessThan(63);
        expect(generationOf(one, viewOf(other))).toBeUndefined();
        if (one !== other) {
          expect(generationOf(other, table)).toBeUndefined();
          expect(viewOf(one)).not.toBe(viewOf(other));
        }
      }),
    );
  });

  it('is due at once where it never ran or missed a run, and by its pattern in its time zone', () => {
    const at = (text: string) => Date.parse(text);
    expect(dueAfter(null, null)).toBeNull();
    expect(dueAfter(1_000, null)).toBe(0);
    expect(dueAfter(1_000, 5_000)).toBe(6_000);
    const nightly = { cron: '0 3 * * *', timezone: 'UTC' };
    expect(dueAfter(nightly, at('2026-03-01T03:00:00Z'))).toBe(at('2026-03-02T03:00:00Z'));
    expect(dueAfter(nightly, at('2026-03-01T02:59:59Z'))).toBe(at('2026-03-01T03:00:00Z'));
    expect(dueAfter({ ...nightly, timezone: 'Asia/Singapore' }, at('2026-03-01T03:00:00Z'))).toBe(
      at('2026-03-01T19:00:00Z'),
    );
  });
});
