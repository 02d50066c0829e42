import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedPackages } from '../../../scripts/published.mjs';
import { readDocuments, root } from '../../docs/documents.ts';
import { readSources } from '../sources.ts';

/** What comes from a registry: nobody of this project has put the packages there, and others have taken names like theirs. */
const fromRegistry =
  /\b(npm (install|i|add|exec)|npx|yarn|yarn add|pnpm (add|dlx)) (?:[^`\n]*? )?(@murmuration\/[\w-]+|murmuration@\S+)/;
const readFiles = (folders: readonly string[], names: RegExp) =>
  folders.flatMap(folder =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter(path => names.test(path) && !/node_modules|dist\//.test(path))
      .map(path => [`${folder}/${path}`, readFileSync(`${root}${folder}/${path}`, 'utf8')] as const),
  );
const documents = readDocuments();
const texts = [...documents, ...readSources(publishedPackages().map(({ folder }) => relative(root, folder)))]
  .map(([path, text]) => [path, text.replaceAll('\\\n', ' ')] as const)
  .filter(([path]) => path !== 'CHANGELOG.md');

describe('what tells people how to install the packages', () => {
  it('names no package of this project to a registry, in a page, a message or a hint', () => {
    expect(texts.length).toBeGreaterThan(500);
    for (const text of [
      'npm install @murmuration/cli',
      'npm i vite @murmuration/engine',
      'npx murmuration@1 x',
    ])
      expect(text).toMatch(fromRegistry);
    expect(
      texts.flatMap(([path, text]) =>
        [...(fromRegistry.exec(text) ?? [])].slice(0, 1).map(found => `${path}: ${found}`),
      ),
    ).toEqual([]);
  });

  it('names no page of a registry', () => {
    expect(
      texts.filter(([, text]) => /npmjs\.com\/package\/@?murmuration/.test(text)).map(([path]) => path),
    ).toEqual([]);
  });

  it.each([
    ...publishedPackages().map(({ folder }) => `${relative(root, folder)}/README.md`),
    'README.md',
    ...['your-first-task', 'run-a-coordinator', 'embed-node', 'embed-web', 'react-native', 'export'].map(
      name => `docs/guides/${name}.md`,
    ),
  ])('says that they are on no registry, %s', path => {
    expect(documents.get(path)?.replaceAll('\n', ' ')).toMatch(/on no registry/);
  });

  it('says so on every page that installs packs', () => {
    const pages = [...documents].filter(([, text]) => /npm install \S*\.tgz/.test(text));
    expect(pages.length).toBeGreaterThan(2);
    expect(
      pages.filter(([, text]) => !/on no registry/.test(text.replaceAll('\n', ' '))).map(([path]) => path),
    ).toEqual([]);
  });

  it('names three packages where people build with them', () => {
    // Made by a build, if there was one.
    const bundle = 'examples/react-native/training-page.js';
    const own = ['README.md', 'docs/guides/', 'coordinator/cli/templates/', 'examples/'];
    const sources = readSources(['coordinator/cli/templates', 'examples']);
    const scripts = readFiles(['coordinator/cli/templates', 'examples'], /\.(?:js|jsonc?|cjs|html)$/);
    const pages = [...documents, ...sources, ...scripts].filter(([path]) =>
      own.some(start => path.startsWith(start) && path !== bundle),
    );
    expect(pages.length).toBeGreaterThan(60);
    const others = pages.flatMap(([path, text]) =>
      [...text.matchAll(/@murmuration\/[a-z][a-z-]*/g)]
        .map(([name]) => name)
        .filter(name => !/\/(?:client-sdk|coordinator|simulations)$/.test(name))
        .map(name => `${path}: ${name}`),
    );
    expect(others).toEqual([]);
  });
});
