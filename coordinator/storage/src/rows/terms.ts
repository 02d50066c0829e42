import type { RoundTerms } from '@murmuration/rounds/round/round';

/** Returns terms as stored in a row: without their kind, which follows from their other fields. */
export const rowOf = ({ kind: _, ...row }: RoundTerms): object => row;

export const termsIn = (row: object): RoundTerms => ({ ...row, kind: kindOf(row) }) as RoundTerms;

/** A part's row may also have the parts of its round. */
function kindOf(row: object): RoundTerms['kind'] {
  if ('part' in row) return 'part';
  if ('parts' in row) return 'spread';
  if ('buffer' in row) return 'buffer';
  return 'groups' in row ? 'grouped' : 'cohort';
}
