import { describe, expect, it } from 'vitest';
import { lookUps } from '../../reference/ngrams.ts';
import frozen from '../../vectors/ngrams.json' with { type: 'json' };

describe('n-grams in a page', () => {
  it('MD8: gives the bytes that Node gives', () => {
    expect(lookUps(frozen.file, frozen.inputs)).toEqual(frozen.probabilities);
  });
});
