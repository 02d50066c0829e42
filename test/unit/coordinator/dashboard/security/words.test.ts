import { words } from '@murmuration/dashboard/security/words';
import { expect, it } from 'vitest';

const { change } = words.audit;

it('says which words of a vocabulary were changed, the first of many', () => {
  expect(change('vocabulary', null, ['omw', 'brb'])).toBe('Added: omw, brb');
  expect(change('vocabulary', ['omw'], null)).toBe('Taken out: omw');
  expect(change('rejected', null, ['spam'])).toBe('Rejected: spam');
  expect(change('rejected', ['spam'], null)).toBe('Allowed again: spam');
  const many = Array.from({ length: 500 }, (_, i) => `w${i}`);
  expect(change('rejected', null, many)).toMatch(/^Rejected: w0, .*, w11 and 488 others$/);
  expect(change('rejected', null, many.slice(0, 13))).toMatch(/w11 and 1 other$/);
});

it('says what other settings were and are', () => {
  expect(change('cohort.goal', 4, 6)).toMatch(/: “4” → “6”$/);
  expect(change('rejected', null, 7)).toBe('rejected: – → “7”');
});
