import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { proseOf, readDocuments, root } from '../../docs/documents.ts';
import { textsOf } from '../../docs/texts.ts';
import { readSources } from '../sources.ts';

/** Refused in docstrings as well. */
const strangeAnywhere: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\banew\b/i, 'again'],
  [/\bwhoever\b/i, 'anybody who, the peer that'],
  [/\bso many\b/i, 'this many, a number of'],
  [/\bbesides\b/i, 'also, as well as, too'],
  [/\bof which\b/i, 'whose, each, or a sentence of its own'],
  [/\bis told\b/i, 'hears, learns, gets'],
  // No promise of the project.
  [/\banonymous\b/i, 'what is hidden, and from whom'],
  [/\bnot personal data\b/i, 'what is hidden, and from whom'],
  [/\bupdates are only numbers\b/i, 'what updates reveal'],
];

/** What people stumble over, and what to say instead. */
const strange: readonly (readonly [pattern: RegExp, instead: string])[] = [
  ...strangeAnywhere,
  [/\balone\b/i, 'only'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\bso (?:soon|long without)\b/i, 'within this time, this long without'],
  [/\bin vain\b/i, 'without success'],
  [/\bonce more\b/i, 'again'],
  [/\band the like\b/i, 'and similar'],
  [/\b(?:but|save) for\b/i, 'except'],
  [/\bcan['’]?(?:not|t) be had\b/i, 'is not available'],
  [/\bcounts? (?:no more|nothing|all the same)\b/i, 'is no longer valid'],
  [/\bshown this once\b/i, 'shown only once'],
  [/\b(?:go|goes) before (?:it|the file)\b/i, 'override'],
];

function strangeIn(text: string, words = strange): string[] {
  return words.flatMap(([pattern, instead]) => {
    const found = new RegExp(`.{0,40}${pattern.source}.{0,20}`, pattern.flags).exec(text);
    return found ? [`"${found[0].trim()}": say ${instead}`] : [];
  });
}

/** Docstrings of a source, without what is code in them. */
const docstringsOf = (source: string): string[] =>
  (source.match(/\/\*\*[\s\S]*?\*\//g) ?? []).map(text =>
    text.replaceAll(/`[^`]*`/g, '``').replaceAll(/[\s*]+/g, ' '),
  );

describe('the documents', () => {
  it.each([...readDocuments()])('%s are plain English', (_, text) => {
    expect(strangeIn(proseOf(text).replaceAll(/\s+/g, ' '))).toEqual([]);
  });
});

describe('the texts of programs and pages', () => {
  const { workspaces } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    workspaces: readonly string[];
  };
  const sources = readSources([...workspaces.filter(folder => folder !== 'test'), 'scripts']);
  const found = [...sources]
    .filter(([path]) => !/\.(test|config)\.tsx?$/.test(path))
    .map(([path, source]) => [path, textsOf(path, source).flatMap(text => strangeIn(text))] as const);

  it('are plain English', () => {
    const wrong = found.filter(([, sentences]) => sentences.length > 0);
    expect(Object.fromEntries(wrong)).toEqual({});
  });

  it('have docstrings in plain English', () => {
    const wrong = [...sources]
      .map(
        ([path, source]) =>
          [path, docstringsOf(source).flatMap(text => strangeIn(text, strangeAnywhere))] as const,
      )
      .filter(([, sentences]) => sentences.length > 0);
    expect(Object.fromEntries(wrong)).toEqual({});
  });
});

describe('the check of words', () => {
  it.each([
    ['Only operators may alone.', ['alone']],
    ['Nobody can mend it; try once more.', ['mend', 'once more']],
    ['A token counts no more.', ['counts no more']],
    ['Recommended amendments come once; more of them later.', []],
    ['Updates count once.', []],
    [
      'Whoever asks is told so many, of which two are new, besides.',
      ['Whoever', 'is told', 'so many', 'of which', 'besides'],
    ],
    [
      'It is anonymous, as updates are only numbers and not personal data.',
      ['anonymous', 'only numbers', 'personal'],
    ],
  ])('finds in "%s": %s', (text, words) => {
    const found = strangeIn(text);
    expect(found).toHaveLength(words.length);
    for (const word of words) expect(found.some(each => each.includes(word))).toBe(true);
  });

  it('reads literals, templates and what stands between tags, and no comments', () => {
    const source = [
      "const a = 'one text'; // a comment",
      `const b = \`begins \${a} and ends\`;`,
      "const c = <p>in a page</p>; const d = 'word';",
    ].join('\n');
    expect(textsOf('a.tsx', source)).toEqual(['one text', ' and ends', 'in a page']);
  });

  it('reads docstrings over their lines', () => {
    const source = '/**\n * Counts so\n * many `of which`.\n */\n// so many\nconst a = 1;';
    expect(docstringsOf(source).flatMap(text => strangeIn(text, strangeAnywhere))).toHaveLength(1);
  });
});
