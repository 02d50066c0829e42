import { isExpected } from '@murmuration/dashboard/refusals/expected';
import { words } from '@murmuration/dashboard/refusals/words';
import { expect, it } from 'vitest';

it('takes a mistyped token for none that was guessed', () => {
  expect(isExpected('operator.unauthenticated')).toBe(true);
  expect(words.advice('operator.unauthenticated', false)).toMatch(/^A few are normal: mistyped tokens/);
  expect(isExpected('secagg.share')).toBe(false);
});
