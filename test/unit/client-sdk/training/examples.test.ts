import { hasExamples, readExamples } from '@murmuration/client-sdk/training/examples';
import { expect, it } from 'vitest';

async function* brokenOff() {
  yield 'a';
  throw new Error('no disk');
}

it.each([
  ['an array', () => ['a', 'b']],
  ['a set', () => new Set(['a', 'b'])],
  [
    'a generator',
    async function* () {
      yield 'a';
      yield 'b';
    },
  ],
  ['a promise of an array', async () => ['a', 'b']],
])('examples may be %s', async (_, give) => {
  expect(await readExamples(give)).toEqual(['a', 'b']);
  expect([await hasExamples(give, 2), await hasExamples(give, 3)]).toEqual([true, false]);
});

it('no more of them are read than have to be there', async () => {
  expect(await hasExamples(brokenOff, 1)).toBe(true);
});

it('examples that break off are an error of the app', async () => {
  const error = { code: 'app.examples', detail: 'The function "examples" of the app failed: no disk.' };
  await expect(readExamples(brokenOff)).rejects.toMatchObject(error);
  await expect(hasExamples(brokenOff, 2)).rejects.toMatchObject(error);
});
