import { profiled } from '@murmuration/cli/serve/profile';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { expect, it } from 'vitest';

it('the small profile reads few uploads at a time, and leaves lower limits as they are', () => {
  const config = parseConfig({ openEnrolment: true });
  expect(profiled(config, 'standard')).toBe(config);
  const small = profiled(config, 'small');
  expect(small).toEqual({ ...config, limits: { ...config.limits, uploads: 8, uploadBytes: 2 << 20 } });
  const lower = parseConfig({ openEnrolment: true, limits: { uploads: 2, uploadBytes: 1_000 } });
  expect(profiled(lower, 'small').limits).toMatchObject({ uploads: 2, uploadBytes: 1_000 });
});
