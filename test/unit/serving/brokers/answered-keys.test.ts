import { AnsweredKeys } from '@murmuration/serving/brokers/answered-keys';
import { expect, it } from 'vitest';

it('remembers the newest keys, and no more than it may', () => {
  const keys = new AnsweredKeys(3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) keys.add(key);
  expect(['a', 'b', 'c', 'd'].filter(key => keys.has(key))).toEqual(['a', 'c', 'd']);
  expect(keys.size).toBe(3);
});
