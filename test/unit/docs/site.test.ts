import type MiniSearch from 'minisearch';
import { createMarkdownRenderer, createServer, type MarkdownRenderer } from 'vitepress';
import { beforeAll, describe, expect, it } from 'vitest';
import config from '../../../docs/.vitepress/config.ts';
import { searchOptions } from '../../../docs/.vitepress/search.ts';
import { synonyms } from '../../../docs/.vitepress/synonyms.ts';
import { readDocuments, root } from '../../docs/documents.ts';
import { found, queries, type Section, searchOver } from '../../docs/queries.ts';

const documents = readDocuments();

describe('the search of the site', () => {
  let json: string;
  let index: MiniSearch<Section>;
  beforeAll(async () => {
    const server = await createServer(`${root}docs`, {
      middlewareMode: true,
      ws: false,
      watch: null,
    });
    const module = await server.pluginContainer.load('/@localSearchIndexroot');
    await server.close();
    const code = typeof module === 'string' ? module : module!.code;
    json = JSON.parse(code.slice('export default '.length));
    index = searchOver(json);
  });

  it('has queries enough', () => {
    expect(queries.length).toBeGreaterThanOrEqual(40);
    expect(new Set(queries.map(([query]) => query)).size).toBe(queries.length);
  });

  it.each(queries)('finds for "%s" first %s', (query, first) => {
    expect(found(index, query)[0]).toBe(first);
  });

  it('puts guides before an API that says the same in a heading', () => {
    const other = searchOver(json);
    for (const [query, first] of queries.filter(([, first]) => first.startsWith('/guides/'))) {
      const id = `/reference/api/made-up#${query}`;
      const words = searchOptions.tokenize!(query).join(' ');
      other.add({ id, title: words, titles: ['SDK'], text: words });
      expect(found(other, query)[0], query).toBe(first);
      expect(found(other, query)).toContain(id);
    }
  });

  it('finds parts of words, and words with an error', () => {
    expect(found(index, 'privacy bud')[0]).toMatch('/guides/privacy-budget#');
    expect(found(index, 'kubernets')[0]).toBe('/guides/kubernetes#on-kubernetes');
    expect(found(index, 'experimemts')[0]).toMatch('/guides/experiments#');
  });

  it('takes queries of any length and of any signs', () => {
    expect(found(index, '')).toEqual([]);
    expect(found(index, ' .*+?^$ {}()|[]\\ ')).toEqual([]);
    expect(found(index, 'constructor __proto__ kafka')).toContain('/guides/on-demand#models-on-demand');
    expect(searchOptions.tokenize!(`kafka ${'x '.repeat(100_000)}`)).toEqual(['kafka', 'x']);
    expect(searchOptions.tokenize!(`kafka ${'x'.repeat(100_000)}`)[1]!.length).toBeLessThan(100);
  });

  it.each(Object.entries(synonyms))('knows "%s" for words of guides: "%s"', (said, meant) => {
    expect(said).toMatch(/^[\da-z]+(?: [\da-z]+)*$/);
    expect(searchOptions.tokenize!(said)).toEqual(meant.split(' '));
    expect(found(index, said)[0]).toMatch(/^\/(?:guides|internals)\//);
  });
});

describe('the links to the glossary', () => {
  const everyday = ['base', 'front', 'group', 'part', 'reference', 'window'];
  const terms = [...documents.get('docs/glossary.md')!.matchAll(/^\| \[([\w -]+)\]/gm)]
    .map(([, term]) => term!)
    .filter(term => !everyday.includes(term));
  const guides = [...documents].filter(([path]) => /^docs\/(guides\/|start\.md)/.test(path));
  let md: MarkdownRenderer;
  beforeAll(async () => {
    md = await createMarkdownRenderer(`${root}docs`, config.markdown);
  });

  const htmlOf = (path: string, text: string): string =>
    md.render(text, { path: root + path, relativePath: path.replace(/^docs\//, ''), cleanUrls: true });

  /** The prose of a page, with its links to the glossary in brackets: [round](anchor). */
  const proseOf = (html: string): string =>
    html
      .replaceAll(/<!--.*?-->|<(pre|code|h\d)\b.*?<\/\1>/gs, '')
      .replaceAll(/<a href="\/glossary#([\w-]+)"[^>]*>(.*?)<\/a>/g, '[$2]($1)')
      .replaceAll(/<a .*?<\/a>/gs, '')
      .replaceAll(/<[^>]*>/g, '');

  const saysTerm = (term: string): RegExp =>
    new RegExp(`(?<![\\w-])${term.replace(/y$/, '(?:y|ie)')}(?:e?s)?(?![\\w-])`, 'i');

  it.each(guides)('of %s stand where it first says a term', (path, text) => {
    const prose = proseOf(htmlOf(path, text));
    const wrong = terms.filter(term => {
      const anchor = term.replace(' ', '-');
      const first = saysTerm(term).exec(prose.replaceAll(/\]\([\w-]+\)/g, ']'))?.[0];
      const links = [...prose.matchAll(/\[([^\]]*)\]\(([\w-]+)\)/g)].filter(([, , to]) => to === anchor);
      if (first === undefined) return links.length > 0;
      const before = prose.slice(0, prose.indexOf(`](${anchor})`));
      const said = before.replaceAll(/\]\([\w-]+\)/g, ']').split(saysTerm(term)).length - 1;
      return links.length !== 1 || said !== 1;
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['A round, and a second round.', '[round](round)', 1],
    ['Rounds and queries.', '[queries](query)', 2],
    ['A training run follows.', '[training run](training-run)', 1],
    ['Devices take part in front of a window.', '[Devices](device)', 1],
    ['Say `round` or [round](embed-web.md).\n\n## A round', '', 0],
    ['A [round](../glossary.md), and a round.', '[round](round)', 1],
    ['Nothing is around.', '', 0],
  ])('of "%s" are as they should be', (text, link, number) => {
    const html = htmlOf('docs/guides/made-up.md', text);
    expect(proseOf(html)).toContain(link);
    expect(html.match(/href="\/glossary#/g) ?? []).toHaveLength(number);
  });

  it('lead to anchors of the glossary', () => {
    const html = htmlOf('docs/glossary.md', documents.get('docs/glossary.md')!);
    const anchors = [...html.matchAll(/<td id="([\w-]+)">/g)].map(([, id]) => id!);
    expect(anchors).toEqual(expect.arrayContaining(terms.map(term => term.replace(' ', '-'))));
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('are in no other pages', () => {
    expect(htmlOf('docs/internals/rounds.md', 'A round.')).not.toContain('glossary');
  });
});
