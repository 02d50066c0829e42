import { rowOf, termsIn } from '@murmuration/storage/rows/terms';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../../../contract/rounds.ts';

describe('terms of rounds as rows', () => {
  it.each(kinds)('have no kind, and are read as $kind', terms => {
    const row = rowOf(terms);
    expect(row).not.toHaveProperty('kind');
    expect({ ...row, kind: terms.kind }).toEqual(terms);
    expect(termsIn(row)).toEqual(terms);
  });

  it('are those of a part where they name the parts of its round as well', () => {
    const row = { ...rowOf(kinds[0]!), part: 1, parts: { count: 3, smallest: 2 } };
    expect(termsIn(row).kind).toBe('part');
  });
});
