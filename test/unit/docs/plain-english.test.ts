import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { proseOf, readDocuments, root } from '../../docs/documents.ts';
import { readSources } from '../sources.ts';

/** What people stumble over, and what to say instead. */
const strange: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\balone\b/i, 'only'],
  [/\banew\b/i, 'again'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\bwhoever\b/i, 'anybody who, the peer that'],
  [/\bso many\b/i, 'this many, a number of'],
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

function strangeIn(text: string): string[] {
  return strange.flatMap(([pattern, instead]) => {
    const found = new RegExp(`.{0,40}${pattern.source}.{0,20}`, pattern.flags).exec(text);
    return found ? [`"${found[0].trim()}": say ${instead}`] : [];
  });
}

/** The texts of a source that people may read: literals of several words, and what stands between tags. Comments are none. */
function textsOf(path: string, source: string): string[] {
  const texts: string[] = [];
  function visit(node: ts.Node): void {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node) ||
      ts.isJsxText(node)
    )
      if (/\S\s+\S/.test(node.text)) texts.push(node.text.replaceAll(/\s+/g, ' '));
    ts.forEachChild(node, visit);
  }
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return texts;
}

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
    .map(([path, source]) => [path, textsOf(path, source).flatMap(strangeIn)] as const);

  it('are plain English', () => {
    const wrong = found.filter(([, sentences]) => sentences.length > 0);
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
  ])('finds in "%s": %s', (text, words) => {
    const found = strangeIn(text);
    expect(found).toHaveLength(words.length);
    for (const [i, word] of words.entries()) expect(found[i]).toContain(word);
  });

  it('reads literals, templates and what stands between tags, and no comments', () => {
    const source = [
      "const a = 'one text'; // a comment",
      `const b = \`begins \${a} and ends\`;`,
      "const c = <p>in a page</p>; const d = 'word';",
    ].join('\n');
    expect(textsOf('a.tsx', source)).toEqual(['one text', ' and ends', 'in a page']);
  });
});
