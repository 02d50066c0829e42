import { expect, it } from 'vitest';
import { readSources } from './sources.ts';

const packages = [
  ...['protocol', 'privacy', 'engine', 'monitoring', 'sql', 'serving', 'coordinator', 'ui', 'client-sdk'],
  ...['demo-keyboard-app', 'simulations'],
];
/** Constants of modules that are a text, a number, or a calculation of numbers. */
const constants = /^(?:export )?const (\w+)(?:: [\w ]+)? = ('[^']*'|[\d(-][\d_\s.()*/+<-]*);$/gm;

/** The value of such an expression, however it is written. */
const evaluated = (text: string): unknown => new Function(`return ${text}`)();

/** Names of constants that modules give more than one value. */
function ofManyMeanings(sources: Iterable<readonly [path: string, text: string]>): string[] {
  const values = new Map<string, Set<unknown>>();
  for (const [, text] of sources)
    for (const [, name = '', value = ''] of text.matchAll(constants))
      values.set(name, (values.get(name) ?? new Set()).add(evaluated(value)));
  return [...values].flatMap(([name, { size }]) => (size < 2 ? [] : [name]));
}

it('a constant of a module has a name that says what it is, not one of many meanings', () => {
  const sources = [...readSources(packages)];
  expect(sources.length).toBeGreaterThan(1_000);
  expect(ofManyMeanings(sources)).toEqual([]);
});

it('a name with two values is found, and one that modules agree on is not', () => {
  const agreed = ['86_400_000', '24 * 3_600_000'];
  const two = ['60_000', "'soon'"].map(
    (value, at) => [`${at}.ts`, `const dayMs = ${agreed[at]};\nconst most = ${value};\n`] as const,
  );
  expect(ofManyMeanings(two)).toEqual(['most']);
  expect(ofManyMeanings(two.slice(1))).toEqual([]);
});
