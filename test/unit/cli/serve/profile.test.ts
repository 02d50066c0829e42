import { spawnSync } from 'node:child_process';
import { type Profile, profiled } from '@murmuration/cli/serve/profile';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { expect, it } from 'vitest';
import { sourceOptions } from '../../../../scripts/prepare.mjs';

it('the small profile reads few uploads at a time, and leaves lower limits as they are', () => {
  const config = parseConfig({ openEnrolment: true });
  expect(profiled(config, 'standard')).toBe(config);
  const small = profiled(config, 'small');
  expect(small).toEqual({ ...config, limits: { ...config.limits, uploads: 8, uploadBytes: 2 << 20 } });
  const lower = parseConfig({ openEnrolment: true, limits: { uploads: 2, uploadBytes: 1_000 } });
  expect(profiled(lower, 'small').limits).toMatchObject({ uploads: 2, uploadBytes: 1_000 });
});

it('the small profile does not let the space of young objects grow as the standard one does', () => {
  /** Bytes of that space in a process that has made 30 MB of objects, a third of which stay. */
  const youngBytes = (profile: Profile): number => {
    const program = `
      import { getHeapSpaceStatistics } from 'node:v8';
      import { applyProfile } from '@murmuration/cli/serve/profile';
      applyProfile('${profile}');
      const kept = [];
      for (let i = 0; i < 300_000; i++) {
        const made = { at: [i, i + 1, i + 2, i + 3] };
        if (i % 3 === 0) kept.push(made);
      }
      const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      console.log(kept.length > 0 && space_size);`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...sourceOptions, '--input-type=module', '--eval', program],
      { encoding: 'utf8' },
    );
    expect(stdout, stderr).toMatch(/^\d+\n$/);
    return Number(stdout);
  };
  // By turns of its threads V8 adds a few pages that it does not count: what differs is the growth, from 2 MB to 16 or 32.
  expect(youngBytes('small')).toBeLessThan(youngBytes('standard') / 3);
});

it('the small profile asks V8 for nothing that it does not know', () => {
  const program = "import { applyProfile } from '@murmuration/cli/serve/profile'; applyProfile('small');";
  const { status, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
});
