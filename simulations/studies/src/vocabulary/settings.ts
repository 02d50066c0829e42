import * as z from 'zod';

/** What the study can be told. */
export const vocabularySettings = z.strictObject({
  /** Phones of the corpus that answer, the first ones. */
  phones: z.int().min(3).max(280).default(280),
  /** Phones that type a word before it is shown. */
  threshold: z.int().min(3).max(280).default(10),
  /** Different words that a phone says, its most frequent ones. */
  wordsPerDevice: z.int().min(1).max(1_000).default(1_000),
  /** How often a phone has typed a word before it says it. */
  times: z.int().min(1).max(1_000).default(1),
  /** Whether it says words with digits. */
  digits: z.boolean().default(true),
  /** Longest word, bytes. */
  bytes: z.int().min(2).max(64).multipleOf(2).default(12),
  /** Words for which there is room. */
  words: z.int().min(1).max(5_000).default(5_000),
  /** Buckets of each row of the sketch, five times as many as words at least. */
  buckets: z.int().min(16).max(65_536).default(32_768),
  /** Whether answers are masked; sums are the same without. */
  masking: z.enum(['on', 'off']).default('on'),
});
export type VocabularySettings = z.output<typeof vocabularySettings>;
