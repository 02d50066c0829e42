import * as z from 'zod';

/** Settings of the study. */
export const vocabularySettings = z.strictObject({
  /** Number of phones that answer, the first ones of the corpus. */
  phones: z.int().min(3).max(280).default(280),
  /** Number of phones that must have typed a word before it is shown. */
  threshold: z.int().min(3).max(280).default(10),
  /** Different words that a phone sends, its most frequent ones. */
  wordsPerDevice: z.int().min(1).max(1_000).default(1_000),
  /** Number of times that a phone must have typed a word before sending it. */
  times: z.int().min(1).max(1_000).default(1),
  /** True to send words with digits. */
  digits: z.boolean().default(true),
  /** Longest word in bytes. */
  bytes: z.int().min(2).max(64).multipleOf(2).default(12),
  /** Maximum number of words. */
  words: z.int().min(1).max(5_000).default(5_000),
  /** Buckets of each row of the sketch, at least five times the number of words. */
  buckets: z.int().min(16).max(65_536).default(32_768),
  /** `on` to mask answers; sums are the same without. */
  masking: z.enum(['on', 'off']).default('on'),
});
export type VocabularySettings = z.output<typeof vocabularySettings>;
