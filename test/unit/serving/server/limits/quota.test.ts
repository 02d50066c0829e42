import { Quota } from '@murmuration/serving/limits/quota';
import { expect, it } from 'vitest';

it('places run out in all, and for each key', () => {
  const places = new Quota(3, 2);
  const first = places.take('a')!;
  expect(places.take('a')).toBeTypeOf('function');
  expect(places.take('a')).toBeUndefined();
  expect(places.take('b')).toBeTypeOf('function');
  expect(places.take('c')).toBeUndefined();
  first();
  // Given back once, however often it is said.
  first();
  expect(places.take('c')).toBeTypeOf('function');
  expect(places.take('d')).toBeUndefined();
  expect(places.take('a')).toBeUndefined();
});
