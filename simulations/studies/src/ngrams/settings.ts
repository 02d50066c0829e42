import * as z from 'zod';

const form = z.strictObject({
  rows: z.int().min(1).max(8),
  buckets: z.int().min(16).max(262_144),
});

/** Settings of the queries for n-grams that phones have in common. */
export const ngramSettings = z.strictObject({
  /** Number of phones that must have an n-gram before it is shown. */
  threshold: z.int().min(3).max(280).default(3),
  /** N-grams per length that a phone sends, its most frequent ones. */
  perDevice: z.int().min(1).max(8_000).default(3_000),
  /** Sketches for pairs, then triples, then n-grams of four words. */
  sketches: z
    .array(form)
    .min(1)
    .max(3)
    .default([
      { rows: 5, buckets: 131_072 },
      { rows: 5, buckets: 98_304 },
      { rows: 5, buckets: 32_768 },
    ]),
  /** `on` to mask answers; sums are the same without. */
  masking: z.enum(['on', 'off']).default('on'),
});
export type NgramSettings = z.output<typeof ngramSettings>;
