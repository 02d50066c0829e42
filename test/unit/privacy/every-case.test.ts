import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const vectors: Record<
  'mechanisms' | 'published',
  readonly { readonly id: string; readonly area?: string }[]
> = JSON.parse(readFileSync(new URL('../../vectors/privacy.json', import.meta.url), 'utf8'));

it('every case of test/vectors/privacy.json has a test that names it, or that runs all of its area', () => {
  const tests = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.startsWith('every-case'))
    .map(name => readFileSync(join(here, name), 'utf8'))
    .join('\n');
  // What is filtered afterwards names what it keeps.
  const areas = new Set(
    Array.from(tests.matchAll(/publishedCases\('([^']+)'\)(?!\.filter)/g), ([, area]) => area),
  );
  const kept = Array.from(
    tests.matchAll(/publishedCases\('([^']+)'\)\.filter\(\({ id }\) => id\.startsWith\('([^']+)'\)\)/g),
    ([, area, start]) => ({ area, start: start! }),
  );
  const hasTest = ({ id, area }: { readonly id: string; readonly area?: string }) =>
    tests.includes(`'${id}'`) ||
    (area !== undefined && areas.has(area)) ||
    kept.some(each => each.area === area && id.startsWith(each.start));
  const all = [...vectors.mechanisms, ...vectors.published];
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter(each => !hasTest(each)).map(({ id }) => id)).toEqual([]);
});
