import { addedWords } from '@murmuration/dashboard/model/added-words';
import { expect, it } from 'vitest';

const version = (model: string, words: number | null, parent: string | null = null) => ({
  model,
  words,
  parent: parent === null ? null : { model: parent, number: 1 },
});

it('are those that a version knows and its parent does not', () => {
  const before = version('a', 8);
  expect(addedWords(version('b', 10, 'a'), before)).toBe(2);
  expect(addedWords(version('b', 8, 'a'), before)).toBe(0);
  // After a rollback to a smaller version.
  expect(addedWords(version('b', 6, 'a'), before)).toBe(0);
});

it('are none where nobody can say', () => {
  expect(addedWords(version('b', 10, 'a'), undefined)).toBe(0);
  expect(addedWords(version('b', 10, 'c'), version('a', 8))).toBe(0);
  expect(addedWords(version('b', null, 'a'), version('a', 8))).toBe(0);
  expect(addedWords(version('b', 10, 'a'), version('a', null))).toBe(0);
  expect(addedWords(version('a', 8), undefined)).toBe(0);
});
