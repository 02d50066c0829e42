import * as z from 'zod';
import { count, instant } from './scalars.ts';

const word = z.string().min(1).max(256);

/** Most proposed words in an answer. */
export const mostProposed = 1_000;

/** State of a task's vocabulary: GET /v1/admin/tasks/:task/vocabulary */
export const vocabularyStanding = z.object({
  words: count.nullable().describe('Words that are in force; null: the task names none'),
  growth: z
    .object({
      query: z.string().describe('The query that finds words'),
      threshold: count.describe('Devices that have a word before it is found, at least'),
      most: count.describe('Words that are added to those of the definition, at most'),
      atOnce: count.describe('Words that are added at once, at most'),
      room: count.describe('Words that may still be added'),
    })
    .nullable()
    .describe('null: it grows with the definition of the task only'),
  added: z
    .object({ words: count, at: instant, by: z.string() })
    .nullable()
    .describe('Words that were added in all, when some were added last, and by whom; null: none were'),
  waiting: z
    .array(word)
    .describe(
      'Words that were added and take effect when the coordinator starts next, in the order of their rows',
    ),
  proposed: z
    .array(
      z.object({
        word,
        devices: count.describe('That had it when it was found last'),
        round: count.describe('Number of the round that found it'),
        at: instant,
      }),
    )
    .describe(
      `Words that devices have and the vocabulary lacks; those that most devices have first, ${mostProposed} at most`,
    ),
  proposedInAll: count.describe('How many are proposed, these and others'),
});
export type VocabularyStandingMessage = z.infer<typeof vocabularyStanding>;

/** Body of POST /v1/admin/tasks/:task/vocabulary/grow */
export const growVocabulary = z.object({
  words: z
    .array(word)
    .min(1)
    .max(65_536)
    .optional()
    .describe('Of those that are proposed; left out: as many as are added at once, those of most devices'),
});

/** Answer to POST /v1/admin/tasks/:task/vocabulary/grow */
export const grownVocabulary = z.object({
  added: z.array(word).describe('The words that were added; none where none are proposed'),
  vocabulary: vocabularyStanding,
});
