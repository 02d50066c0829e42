import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  benchmarksPage,
  folder,
  printedIn,
  type Result,
  readResults,
  renewed,
  withHeadlines,
} from '../../docs/figures/figures.ts';

const results = readResults();
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

describe('the figures', () => {
  it('of the page are those that are kept', () => {
    expect(readFileSync(new URL('index.md', folder), 'utf8')).toBe(benchmarksPage(results));
  });

  it('of the README are the headlines, six of them', () => {
    expect(withHeadlines(readme, results)).toBe(readme);
    expect(
      readme.split('<!-- figures -->\n')[1]!.split('<!-- /figures -->')[0]!.trim().split('\n'),
    ).toHaveLength(2 + 6);
  });
});

describe('a result', () => {
  const kept: Result = {
    group: 'What holds',
    command: 'npm run bench -- x --json',
    date: '2026-01-01',
    machine: 'one',
    node: '20',
    rows: [
      { what: 'quoted', figure: '5 s' },
      { what: 'printed', figure: '{inner.time} s', headline: true },
    ],
    printed: { inner: { time: 4 } },
  };
  const on = { date: '2026-02-02', machine: 'two', node: '22' };

  it('that is renewed has what was printed, and no sentence that nobody measured again', () => {
    const result = renewed(kept, printedIn('a line\n{"inner":{"time":1234.5678}}\n'), on);
    expect(result).toMatchObject({ ...on, printed: { inner: { time: 1234.5678 } } });
    const page = benchmarksPage(new Map([['x', result]]));
    expect(page).toContain('| printed | 1,235 s |');
    expect(page).toContain('| `inner.time` | 1,235 |');
    expect(page).not.toContain('quoted');
    const text = '<!-- figures -->\nold\n<!-- /figures -->';
    expect(withHeadlines(text, new Map([['x', result]]))).toContain('| printed | 1,235 s |');
  });

  it('is refused where a sentence quotes what nobody printed, or the output ends without JSON', () => {
    expect(() => benchmarksPage(new Map([['x', { ...kept, printed: {} }]]))).toThrow('inner.time');
    expect(() => printedIn('{"a":1}\nThe end.')).toThrow(SyntaxError);
    expect(() => printedIn('5')).toThrow('no JSON object');
  });
});
