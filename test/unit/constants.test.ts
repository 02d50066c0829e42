import { expect, it } from 'vitest';
import { readSources } from './sources.ts';

const packages = [
  ...['protocol', 'privacy', 'engine', 'monitoring', 'sql', 'serving', 'coordinator', 'ui', 'client-sdk'],
  ...['demo-keyboard-app', 'simulations'],
];
/** Constants of modules that are a text, or a calculation of numbers and other constants. */
const constants = /^(?:export )?const (\w+)(?:: [\w ]+)? = ('[^']*'|[\d(-][\w\s.()*/+<-]*);$/gm;

/** The value of an expression, however it is written, or its text where it needs a constant of another module. */
function evaluated(text: string, own: ReadonlyMap<string, string>): unknown {
  const filled = text.replaceAll(/\b[a-z]\w*/gi, name => (own.has(name) ? `(${own.get(name)})` : name));
  if (filled !== text && !text.startsWith("'")) return evaluated(filled, own);
  return /^'|[a-df-z]/i.test(text) ? text : new Function(`return ${text}`)();
}

/** Names of constants that modules give more than one value. */
function ofManyMeanings(sources: Iterable<readonly [path: string, text: string]>): string[] {
  const values = new Map<string, Set<unknown>>();
  for (const [, text] of sources) {
    const own = new Map([...text.matchAll(constants)].map(([, name = '', value = '']) => [name, value]));
    for (const [name, value] of own)
      values.set(name, (values.get(name) ?? new Set()).add(evaluated(value, own)));
  }
  return [...values].flatMap(([name, { size }]) => (size < 2 ? [] : [name]));
}

it('a constant of a module has a name that says what it is, not one of many meanings', () => {
  const sources = [...readSources(packages)];
  expect(sources.length).toBeGreaterThan(1_000);
  expect(ofManyMeanings(sources)).toEqual([]);
});

it('a name with two values is found, and one that modules agree on is not', () => {
  const agreed = ['86_400_000', '24 * hour'];
  const two = ['60_000', "'soon'"].map(
    (value, at) =>
      [
        `${at}.ts`,
        `const hour = 3_600_000;\nconst dayMs = ${agreed[at]};\nconst most = ${value};\n`,
      ] as const,
  );
  expect(ofManyMeanings(two)).toEqual(['most']);
  expect(ofManyMeanings(two.slice(1))).toEqual([]);
});
