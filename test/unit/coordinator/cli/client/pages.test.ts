import { pagesAfter, pagesBelow } from '@murmuration/cli/client/pages';
import { describe, expect, it } from 'vitest';

/** Rows numbered from `newest` down to 1, of which a page has as many as its query asks for. */
function rowsBelow(newest: number, asked: string[]) {
  return async (query: string) => {
    asked.push(query);
    const given = new URLSearchParams(query);
    const first = Math.min(newest, Number(given.get('before') ?? Number.POSITIVE_INFINITY) - 1);
    const length = Math.min(first, Number(given.get('limit')));
    return Array.from({ length }, (_, index) => ({ number: first - index }));
  };
}

describe('a numbered list', () => {
  it('is read page by page, up to the limit and below the number that is given', async () => {
    const asked: string[] = [];
    const rows = await pagesBelow({ limit: 450, before: 1_001 }, rowsBelow(2_000, asked));
    expect(rows.map(({ number }) => number)).toEqual(
      Array.from({ length: 450 }, (_, index) => 1_000 - index),
    );
    expect(asked).toEqual(['limit=200&before=1001', 'limit=200&before=801', 'limit=50&before=601']);
  });

  it('ends with the page that is not full', async () => {
    const asked: string[] = [];
    expect(await pagesBelow({ limit: 1_000 }, rowsBelow(250, asked))).toHaveLength(250);
    expect(asked).toEqual(['limit=200', 'limit=200&before=51']);
    expect(await pagesBelow({ limit: 1_000 }, rowsBelow(0, asked))).toEqual([]);
  });
});

describe('a list with places', () => {
  const read = (asked: string[], pages: number) => async (query: string) => {
    asked.push(query);
    const at = Number(new URLSearchParams(query).get('after') ?? 0);
    return [[at], at + 1 < pages ? String(at + 1) : null] as const;
  };

  it('is read from place to place until there is none', async () => {
    const asked: string[] = [];
    expect(await pagesAfter(Number.POSITIVE_INFINITY, read(asked, 3))).toEqual([0, 1, 2]);
    expect(asked).toEqual(['limit=200', 'limit=200&after=1', 'limit=200&after=2']);
  });

  it('ends at the limit', async () => {
    const asked: string[] = [];
    expect(await pagesAfter(2, read(asked, 9))).toEqual([0, 1]);
    expect(asked).toEqual(['limit=2', 'limit=1&after=1']);
  });
});
