import { describe, expect, it } from 'vitest';
import { readSources } from './sources.ts';

const packages = [
  'protocol',
  'privacy',
  'engine',
  'monitoring',
  'sql',
  'serving',
  'coordinator',
  'ui',
  'client-sdk',
  'demo-keyboard-app',
  'simulations',
  'test',
];

/** Folders that name a kind of syntax, or nothing. */
const folders = /(^|\/)(utils?|helpers?|types|interfaces|common|shared|misc|lib)\//;
/** Marks of what was left for later, and of what the compiler or the linter was told to overlook. */
const marks = /\/[/*].*(\b(TODO|FIXME|XXX|HACK|for now)\b|@ts-(ignore|nocheck))/;

/**
 * The end of a script in a template with a tag: the bundler then imports a helper of its own, which packed
 * processes lack.
 */
const tagged = /[\w)]`[^`]*<\/script/;

function breaches(path: string, source: string): string[] {
  const found: string[] = [];
  if (folders.test(path)) found.push(`${path} lies in a folder that is no idea of the domain`);
  if (tagged.test(source)) found.push(`${path} ends a script in a template with a tag`);
  source.split('\n').forEach((line, index) => {
    if (marks.test(line)) found.push(`${path}:${index + 1} leaves something for later`);
  });
  return found;
}

describe('the names of the repository', () => {
  it('are ideas of the domain, and nothing is left for later', () => {
    const sources = [...readSources(packages)].filter(([path]) => path !== 'test/unit/names.test.ts');
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.flatMap(([path, text]) => breaches(path, text))).toEqual([]);
  });
});

describe('the check of the names', () => {
  it.each([
    ['engine/src/utils/heap.ts', ''],
    ['protocol/types/ids.ts', ''],
    ['engine/src/heap.ts', '// TODO'],
    ['engine/src/heap.ts', 'const a = 1; /* enough for now */'],
    ['engine/src/heap.ts', '// @ts-ignore'],
    ['monitoring/src/kit/page.ts', 'const page = html`<script>a</script>`;'],
  ])('finds %s %s', (path, text) => {
    expect(breaches(path, text)).toHaveLength(1);
  });

  it('is content with an idea of the domain', () => {
    expect(breaches('engine/src/kernels/heap.ts', '// Todorov 2020')).toEqual([]);
  });
});
