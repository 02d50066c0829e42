import { AnsweredKeys } from '@murmuration/serving/brokers/answered-keys';
import { expect, it } from 'vitest';

it('remembers the newest keys, and no more than it may', () => {
  const keys = new AnsweredKeys(3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) keys.set(key, undefined);
  expect(['a', 'b', 'c', 'd'].filter(key => keys.has(key))).toEqual(['a', 'c', 'd']);
  expect(keys.size).toBe(3);
});

it('tells another request with a key, where it knows which was answered', () => {
  const keys = new AnsweredKeys(3);
  keys.set('a', 'one');
  keys.set('b', undefined);
  expect([keys.isOther('a', 'one'), keys.isOther('a', 'two')]).toEqual([false, true]);
  expect([keys.isOther('b', 'two'), keys.isOther('c', 'two')]).toEqual([false, false]);
});
