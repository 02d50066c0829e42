import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { proseOf, readDocuments, root } from '../../docs/documents.ts';
import { textsOf } from '../../docs/texts.ts';
import { readSources } from '../sources.ts';

/** A word of the project, one that says the same and is not used, and where that one has another meaning. */
interface Rival {
  readonly word: string;
  readonly not: RegExp;
  readonly except: RegExp | null;
}

/** The rivals in a table of words. */
function rivalsIn(text: string): Rival[] {
  const rows = text.matchAll(/^\| ([\w -]+) \| ([\w/, -]+) \|(?: `(.+)`)? \|$/gm);
  return [...rows].flatMap(([, word, rivals, except]) =>
    word === 'word'
      ? []
      : rivals!.split(', ').map(rival => ({
          word: word!,
          not: new RegExp(`\\b${rival.replaceAll(/[ -]/g, '[\\s-]?')}(?:e?s)?\\b`, 'gi'),
          except: except ? new RegExp(except.replaceAll('\\|', '|')) : null,
        })),
  );
}

/** The rivals that a text of a file says, each with what is around it. */
function found(rivals: readonly Rival[], path: string, text: string): string[] {
  // A name such as `cohortMinimum` or `cohort_minimum` has the words of its parts.
  const said = text.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[\s_]+/g, ' ');
  return rivals.flatMap(({ word, not, except }) =>
    [...said.matchAll(not)].flatMap(({ 0: rival, index }) => {
      const around = `${path}: ${said.slice(Math.max(0, index - 40), index + rival.length + 40)}`;
      return except?.test(around) ? [] : [`${around}: say ${word}`];
    }),
  );
}

/** Fields of messages and settings: those of the schemas of a module, and of what they are made of. */
function fieldsOf(path: string, source: string): string[] {
  if (!/^(?:coordinator|protocol|serving)\//.test(path) || !/from 'zod/.test(source)) return [];
  const names: string[] = [];
  function visit(node: ts.Node): void {
    if (ts.isPropertyAssignment(node)) names.push(node.name.getText().replaceAll("'", ''));
    ts.forEachChild(node, visit);
  }
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return names;
}

const documents = readDocuments();
const contributing = documents.get('CONTRIBUTING.md')!;
const rivals = rivalsIn(contributing);

describe('the table of rivals', () => {
  it('has words of the glossary only, by the alphabet', () => {
    const words = [...new Set(rivals.map(({ word }) => word))];
    expect(words.length).toBeGreaterThan(30);
    expect(words).toEqual(words.toSorted());
    const glossary = documents.get('docs/glossary.md')!;
    expect(words.filter(word => !glossary.includes(`| [${word}](`))).toEqual([]);
  });

  it('has a rival once', () => {
    const all = rivals.map(({ not }) => not.source);
    expect(all).toEqual([...new Set(all)]);
  });
});

describe('one word a thing', () => {
  it.each([...documents].filter(([path]) => path !== 'CHANGELOG.md'))('in %s', (path, text) => {
    // Names of settings, fields, routes, commands, events and errors are code of these pages.
    const isReference = /^docs\/reference\/|^protocol\/ERRORS\.md$/.test(path);
    const others = text.split('\n').filter(line => path !== 'CONTRIBUTING.md' || rivalsIn(line).length === 0);
    const read = isReference ? text : proseOf(others.join('\n'));
    expect(found(rivals, path, read)).toEqual([]);
  });

  it('in texts of programs and pages, and in fields of schemas', () => {
    const { workspaces } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      workspaces: readonly string[];
    };
    const sources = [...readSources([...workspaces.filter(folder => folder !== 'test'), 'scripts'])];
    const read = sources
      .filter(([path]) => !/\.(test|config)\.tsx?$/.test(path))
      .flatMap(([path, source]) =>
        [...textsOf(path, source), ...fieldsOf(path, source)].map(text => [path, text] as const),
      );
    expect(read.length).toBeGreaterThan(10_000);
    expect(read.flatMap(([path, text]) => found(rivals, path, text))).toEqual([]);
  });
});

describe('the check of rivals', () => {
  const own = rivalsIn(
    [
      '| word | not | except |',
      '|---|---|---|',
      '| update | contribution, gradient upload | `^privacy/\\|a contribution to` |',
      '| cell | shard | |',
    ].join('\n'),
  );

  it.each([
    ['Contributions of a device', 1],
    ['two gradient-uploads, and one gradient\nupload', 2],
    ['the field maxContributions, and max_shards', 2],
    ['a contribution to charity', 0],
    ['Contributing to sharding', 0],
  ])('finds in "%s": %i', (text, times) => {
    expect(found(own, 'docs/a.md', text)).toHaveLength(times);
  });

  it('knows where a rival has another meaning', () => {
    expect(found(own, 'privacy/README.md', 'a contribution, and a shard')).toHaveLength(1);
  });

  it('reads fields of schemas, also of parts that several share', () => {
    const source =
      "import * as z from 'zod';\nconst part = { a: z.string() }; z.object({ ...part, 'b-c': z.int() });";
    expect(fieldsOf('protocol/a.ts', source)).toEqual(['a', 'b-c']);
    expect(fieldsOf('protocol/a.ts', 'const part = { a: 1 };')).toEqual([]);
  });
});
