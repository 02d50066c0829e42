import { problemsOf } from '@murmuration/dashboard/controls/problems';
import { expect, it } from 'vitest';

it('names the problems of all fields of a form, and of nothing else in it', () => {
  const element = (name: string, valid: boolean | null, validationMessage = '') => ({
    name,
    validationMessage,
    validity: valid === null ? undefined : { valid },
  });
  const elements = [
    element('name', false, 'Fill this in.'),
    element('fine', true),
    element('', false, 'It has no name.'),
    element('output', null),
    element('uses', false, 'Too few.'),
  ];
  expect(problemsOf(elements as unknown as Iterable<HTMLInputElement>)).toEqual({
    name: 'Fill this in.',
    uses: 'Too few.',
  });
});
