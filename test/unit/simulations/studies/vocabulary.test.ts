import { run, schema } from '@murmuration/studies/vocabulary/vocabulary';
import { coverage, phonesByWord, wordsOf } from '@murmuration/studies/vocabulary/words';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../codes.ts';

const small = { phones: 40, threshold: 8, words: 1_600, buckets: 16_384 };

/** Without how long it took. */
async function found(settings: object, seed = 1) {
  const lines: string[] = [];
  const { figures, table } = await run({
    seed,
    settings: { ...small, ...settings },
    log: line => lines.push(line),
  });
  const { seconds, ...rest } = figures as Readonly<Record<string, number>>;
  expect(seconds).toBeGreaterThan(0);
  return { ...rest, table, lines } as unknown as {
    readonly recall: number;
    readonly precision: number;
    readonly bytesUpPerDevice: number;
    readonly bytesUp: { readonly sketch: number; readonly table: number };
    readonly maskingBytesPerDevice: number | null;
    readonly words: number;
    readonly wordsWanted: number;
    readonly coverage: { readonly found: number; readonly pooled: number; readonly allWords: number };
    readonly table: readonly (readonly string[])[];
    readonly lines: readonly string[];
  };
}

describe('the words of phones', () => {
  it('are counted once a phone, and numbers are none', () => {
    const phones = [['See you at 10:30', 'see you'], ["don't see 2 much"]].map(wordsOf);
    expect(phones[0]).toEqual(['see', 'you', 'at', 'see', 'you']);
    expect([...phonesByWord(phones)]).toEqual([
      ['see', 2],
      ['you', 1],
      ['at', 1],
      ["don't", 1],
      ['2', 1],
      ['much', 1],
    ]);
    expect(coverage(phones[0]!, ['you', 'never'])).toBe(2 / 5);
  });
});

describe('the study of the vocabulary', () => {
  it('finds what the phones typed, and nothing else, the same with masks and without', async () => {
    const plain = await found({ masking: 'off' });
    expect(plain.precision).toBe(1);
    expect(plain.recall).toBeGreaterThan(0.9);
    expect(plain.words).toBe(Math.round(plain.recall * plain.wordsWanted));
    const { sketch, table } = plain.bytesUp;
    expect(plain.bytesUpPerDevice).toBeGreaterThan(Math.min(sketch, table));
    expect(plain.bytesUpPerDevice).toBeLessThan(Math.max(sketch, table));
    expect(plain.coverage.found).toBeLessThanOrEqual(plain.coverage.pooled);
    expect(plain.coverage.pooled).toBeLessThan(plain.coverage.allWords);
    expect(plain.maskingBytesPerDevice).toBe(null);
    // The bound stands beside the recall, and the claim below.
    expect(plain.table[1]![0]).toContain('1000 at most');
    expect(plain.table.at(-1)![0]).toContain('QY9');
    const { maskingBytesPerDevice, ...masked } = await found({ masking: 'on' });
    expect(maskingBytesPerDevice).toBeGreaterThan(1_000);
    const same = ['recall', 'precision', 'bytesUp', 'words', 'coverage', 'lines'] as const;
    for (const name of same) expect(masked[name]).toEqual(plain[name]);
    // Fewer are found the fewer a phone says.
    const few = await found({ wordsPerDevice: 30, masking: 'off' });
    expect(few.precision).toBe(1);
    expect(few.recall).toBeLessThan(plain.recall);
    expect(few.bytesUpPerDevice).toBeLessThan(plain.bytesUpPerDevice);
  });

  it('ends where there is no room, and where devices refuse the query', async () => {
    expect(await codeOfPromise(found({ words: 20, masking: 'off' }))).toBe('config.invalid');
    expect(await codeOfPromise(found({ buckets: 4_096, masking: 'off' }))).toBe('plan.below-floor');
  });

  it('asks for all phones of the keyboard table by default, with masks', () => {
    expect(schema.parse({})).toMatchObject({
      phones: 280,
      threshold: 10,
      wordsPerDevice: 1_000,
      masking: 'on',
    });
    expect(schema.safeParse({ bytes: 7 }).success).toBe(false);
  });
});
