import { once } from '@murmuration/protocol/concurrency/once';
import { expect, it } from 'vitest';

it('does something once, however often and however soon it is asked', async () => {
  let times = 0;
  const count = once(async () => ++times);
  expect(await Promise.all([count(), count()])).toEqual([1, 1]);
  expect(await count()).toBe(1);
});

it('does again what failed', async () => {
  let times = 0;
  const count = once(async () => {
    times += 1;
    if (times === 1) throw new Error('not yet');
    return times;
  });
  await expect(Promise.all([count(), count()])).rejects.toThrow('not yet');
  expect(await count()).toBe(2);
});
