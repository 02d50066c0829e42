import { expect, it } from 'vitest';
import { readSources } from './sources.ts';

const packages = [
  ...['protocol', 'privacy', 'engine', 'monitoring', 'sql', 'serving', 'coordinator', 'ui', 'client-sdk'],
  ...['demo-keyboard-app', 'simulations'],
];
/** Constants of modules that are a text, a number, or a product or sum of numbers. */
const constants = /^(?:export )?const (\w+)(?:: [\w ]+)? = ('[^']*'|[\d(-][\w\s.()*/+<-]*);$/gm;

/** Names of constants that modules give at least three values. */
function ofManyMeanings(sources: Iterable<readonly [path: string, text: string]>): string[] {
  const values = new Map<string, Set<string>>();
  for (const [, text] of sources)
    for (const [, name = '', value = ''] of text.matchAll(constants))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values].flatMap(([name, { size }]) => (size < 3 ? [] : [name]));
}

it('a constant of a module has a name that says what it is, not one of many meanings', () => {
  const sources = [...readSources(packages)];
  expect(sources.length).toBeGreaterThan(1_000);
  expect(ofManyMeanings(sources)).toEqual([]);
});

it('a name with three values is found, and one that modules agree on is not', () => {
  const values = ['60_000', '24 * 3_600_000', "'soon'", '2 ** 20'];
  const agreed = 'const dayMs = 86_400_000;\n';
  const three = values
    .slice(1)
    .map((value, at) => [`${at}.ts`, `${agreed}const most = ${value};\n`] as const);
  expect(ofManyMeanings(three)).toEqual(['most']);
  expect(ofManyMeanings(three.slice(1))).toEqual([]);
});
