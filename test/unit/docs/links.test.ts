import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proseOf, readDocuments, root } from '../../docs/documents.ts';
import { readSources } from '../sources.ts';

const documents = readDocuments();
const { workspaces } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  workspaces: readonly string[];
};
const sources = [
  ...readSources(['examples', ...workspaces]).keys(),
  ...readdirSync(`${root}protocol/assembly`).map(name => `protocol/assembly/${name}`),
  ...readdirSync(`${root}engine/assembly`).map(name => `engine/assembly/${name}`),
];
/** A document without its fences. */
const proseWithCode = (text: string): string => text.replaceAll(/^( *)```.*\n[\s\S]*?^\1```$/gm, '');

/** Where the links of a document are relative to: a page of the site may only include another document. */
const placeOf = (path: string): string => posix.dirname(path);

/** The anchor of a heading, as GitHub and VitePress make it for plain text. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

const anchorsOf = (text: string): string[] =>
  [...text.replaceAll(/^```.*\n[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    anchorOf(heading!),
  );

/** Each link of a document that leads to nothing. */
function brokenLinks(path: string, text: string): string[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href]) => href!);
  return links.filter(href => {
    if (/^https?:\/\//.test(href)) return !URL.canParse(href);
    const [file, anchor] = href.split('#') as [string, string?];
    const target = file === '' ? path : posix.join(placeOf(path), decodeURIComponent(file));
    if (!existsSync(root + target)) return true;
    if (anchor === undefined) return false;
    if (!statSync(root + target).isFile() || !target.endsWith('.md')) return true;
    return !anchorsOf(readFileSync(root + target, 'utf8')).includes(anchor);
  });
}

describe('the documents', () => {
  it.each([...documents])('%s links to what is there', (path, text) => {
    expect(brokenLinks(path, text)).toEqual([]);
  });

  it.each([...documents])('%s names files of the repository that are there', (_, text) => {
    const folders =
      'client-sdk|coordinator|demo-keyboard-app|deploy|docs|engine|examples|monitoring|privacy|protocol|scripts|serving|simulations|sql|test|ui';
    const named = [...text.matchAll(new RegExp(`\`((?:${folders})/[\\w./@-]*[\\w/])\``, 'g'))].map(
      ([, name]) => name!,
    );
    // Made by a build, or the first part of several names.
    const made = /\/dist(\/|$)|node_modules|docs\/reference\/api/;
    expect([...new Set(named)].filter(name => !made.test(name) && !existsSync(root + name))).toEqual([]);
  });

  it.each([...documents].filter(([path]) => !/^docs\/(guides|start)|CHANGELOG/.test(path)))(
    '%s names sources by how their paths end',
    (_, text) => {
      const named = [...proseWithCode(text).matchAll(/`((?:[\w.-]+\/)*[\w-]+\.tsx?)`/g)].map(
        ([, name]) => name!,
      );
      const isThere = (name: string) => sources.some(path => path === name || path.endsWith(`/${name}`));
      expect([...new Set(named)].filter(name => !isThere(name))).toEqual([]);
    },
  );
});

describe('the README', () => {
  const readme = documents.get('README.md')!;
  const lines = readme.trimEnd().split('\n');

  it('is a front door: 100 to 140 lines', () => {
    expect(lines.length).toBeGreaterThanOrEqual(100);
    expect(lines.length).toBeLessThanOrEqual(140);
  });
});

describe('the check of links', () => {
  it.each([
    ['[here](README.md)', []],
    ['[here](README.md#try-it)', []],
    ['[here](README.md#nowhere)', ['README.md#nowhere']],
    ['[here](NOTHING.md)', ['NOTHING.md']],
    ['[here](docs/#try-it)', ['docs/#try-it']],
    ['`[here](NOTHING.md)`', []],
    ['[there](https://[)', ['https://[']],
  ])('of %s finds what is broken', (text, broken) => {
    expect(brokenLinks('SOME.md', text)).toEqual(broken);
  });
});
