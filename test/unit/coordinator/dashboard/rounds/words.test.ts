import { words as queries } from '@murmuration/dashboard/queries/words';
import { words } from '@murmuration/dashboard/rounds/words';
import { expect, it } from 'vitest';

it('names what a phase needs by all means, where there is such a number', () => {
  expect(words.card.ofGoal(42, 27)).toBe('of 42 wanted, minimum 27');
  // Unmasking depends on who is there, not only on how many.
  expect(words.card.ofGoal(42, 0)).toBe('of 42 wanted');
  const quorum = { accepted: 26, rejected: 0, goal: 42, minimum: 0, deadline: '2026-11-28T00:00:00.000Z' };
  expect(queries.asking.quorum(false, quorum)).toBe('26 messages of 42 wanted');
});
