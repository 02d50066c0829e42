import * as z from 'zod';

/** Schema of a token's name: no control characters, no half surrogate pairs, no white space at the ends. */
export const label = z
  .string()
  .min(1)
  .max(100)
  .refine(
    text => text.trim() === text && !/[\p{Cc}\p{Cs}]/u.test(text),
    'expected a name without control characters and without white space at its ends',
  );
