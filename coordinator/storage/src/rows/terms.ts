import type { RoundTerms } from '@murmuration/rounds/round/round';

/** Terms as a row has them: without their kind, which follows from what else they have. */
export const rowOf = ({ kind: _, ...row }: RoundTerms): object => row;

export const termsIn = (row: object): RoundTerms => ({ ...row, kind: kindOf(row) }) as RoundTerms;

/** A part may have been written with the parts of its round beside it. */
function kindOf(row: object): RoundTerms['kind'] {
  if ('part' in row) return 'part';
  if ('parts' in row) return 'spread';
  if ('buffer' in row) return 'buffer';
  return 'groups' in row ? 'grouped' : 'cohort';
}
