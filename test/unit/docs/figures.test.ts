import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../docs/documents.ts';
import {
  benchmarksPage,
  folder,
  printedIn,
  type Result,
  readResults,
  resultSchema,
  withFigures,
} from '../../docs/figures/figures.ts';

const results = readResults();
const documents = readDocuments();

describe('the figures', () => {
  it('of the page are those that are kept', () => {
    expect(readFileSync(new URL('index.md', folder), 'utf8')).toBe(benchmarksPage(results));
  });

  it.each([...documents])('in %s are those that are kept', (_, text) => {
    expect(withFigures(text, results)).toBe(text);
  });

  it('at the front are six', () => {
    const [, table] = documents.get('README.md')!.split('<!-- figures -->\n');
    expect(table!.split('<!-- /figures -->')[0]!.trim().split('\n')).toHaveLength(2 + 6);
  });

  it.each(['README.md', 'THREAT_MODEL.md', 'docs/guides/queries.md', 'docs/guides/serve-a-model.md'])(
    'turn the check red where a digit of %s is changed by hand',
    path => {
      const text = documents.get(path)!;
      const quoted = [...text.matchAll(/<!-- figure [\w-]+:\s[\s\S]*?\s-->([\s\S]*?)<!-- \/figure -->/g)];
      const table = text.indexOf('<!-- figures -->');
      const places = [
        ...quoted.map(({ index, 0: all, 1: figure }) => index + all.lastIndexOf(figure!)),
        ...(table < 0 ? [] : [text.indexOf('| ', text.indexOf('|---|', table))]),
      ];
      expect(places.length).toBeGreaterThan(0);
      for (const place of places) {
        const at = place + text.slice(place).search(/\d/);
        const changed = `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`;
        expect(withFigures(changed, results)).toBe(text);
      }
    },
  );
});

describe('a result', () => {
  const result: Result = {
    group: 'What holds',
    command: 'npm run bench -- x --json',
    commit: 'ab'.repeat(20),
    date: '2026-01-01',
    machine: 'one',
    load: 0.5,
    node: '20',
    rows: [{ what: 'of {count} devices', figure: '{inner.time} s, {share:1%} %, {gain:+1}', headline: true }],
    printed: { inner: { time: 1234.5678 }, share: 0.98765, gain: 2, count: 10_000 },
  };
  const kept = new Map([['x', result]]);

  it('is written in its row, among all that was printed, and wherever it is quoted', () => {
    const page = benchmarksPage(kept);
    expect(page).toContain('| of 10,000 devices | 1,235 s, 98.8 %, +2.0 |');
    expect(page).toContain('| `inner.time` | 1,235 |');
    expect(page).toContain('2026-01-01, abababab, Node 20,\none, load 0.5.');
    const text = '<!-- figures -->\nold\n<!-- /figures -->\n<!-- figure x:\n{gain} s -->1 s<!-- /figure -->.';
    expect(withFigures(text, kept)).toBe(
      '<!-- figures -->\n| What | Figure |\n|---|---|\n| of 10,000 devices | 1,235 s, 98.8 %, +2.0 |\n<!-- /figures -->\n' +
        '<!-- figure x:\n{gain} s -->2 s<!-- /figure -->.',
    );
  });

  it('is refused where a row is typed, nothing was printed, or nobody knows by which commit', () => {
    const rows = [{ what: 'typed', figure: '5 s' }];
    for (const change of [
      { rows },
      { rows: [{ what: 'half typed', figure: '{gain} of 5' }] },
      { printed: null },
      { commit: undefined },
      { load: undefined },
    ])
      expect(resultSchema.safeParse({ ...result, ...change }).success).toBe(false);
    expect(resultSchema.safeParse(result).success).toBe(true);
  });

  it('is refused where a sentence quotes what nobody printed, or the output ends without JSON', () => {
    expect(() => benchmarksPage(new Map([['x', { ...result, printed: {} }]]))).toThrow('count');
    expect(() => withFigures('<!-- figure y: {a} -->1<!-- /figure -->', kept)).toThrow('called y');
    expect(() => printedIn('{"a":1}\nThe end.')).toThrow(SyntaxError);
    expect(() => printedIn('5')).toThrow('no JSON object');
  });
});
