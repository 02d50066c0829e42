import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { describe, expect, it } from 'vitest';
import { type $ZodType, safeParse } from 'zod/v4/core';
import { root } from '../docs/documents.ts';
import { readSources } from './sources.ts';

/** Packages with schemas, and the fewest parts that those have which their modules export. */
const fewest: Readonly<Record<string, number>> = {
  'coordinator/api': 1000,
  'coordinator/cli': 250,
  'coordinator/lifecycle': 10,
  'coordinator/rounds': 300,
  'coordinator/server': 100,
  engine: 10,
  protocol: 300,
  'serving/server': 350,
  'simulations/simulator': 350,
  'simulations/studies': 100,
  'simulations/tuning': 20,
};
const packages = Object.keys(fewest);
const sources = [...readSources(packages.map(name => `${name}/src`))];

/** Every schema that a module exports, by where it is. */
async function exportedSchemas(): Promise<readonly (readonly [where: string, schema: $ZodType])[]> {
  const withSchemas = sources.filter(([, text]) => /from 'zod/.test(text) && /^export /m.test(text));
  const found = await Promise.all(
    withSchemas.map(async ([path]) => {
      const module = (await import(/* @vite-ignore */ `${root}${path}`)) as Readonly<Record<string, unknown>>;
      return Object.entries(module).flatMap(([exported, value]) =>
        isSchema(value) ? [[`${path}: ${exported}`, value] as const] : [],
      );
    }),
  );
  return found.flat();
}

function isSchema(value: unknown): value is $ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

/** A schema, and what it is made of, each once. */
function partsOf(schema: $ZodType, seen = new Set<$ZodType>()): Set<$ZodType> {
  if (seen.has(schema)) return seen;
  seen.add(schema);
  const { getter, ...def } = schema._zod.def as unknown as Readonly<Record<string, unknown>>;
  const inside = [...Object.values(def), def.shape ?? {}, (getter as (() => unknown) | undefined)?.()];
  for (const value of inside.flatMap(each => (isPlain(each) ? Object.values(each) : [each])))
    if (isSchema(value)) partsOf(value, seen);
  return seen;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !isSchema(value);

/** Values of every kind, most of which fit nothing. */
const wrong: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  Number.NaN,
  '',
  '\0',
  'A..b\u0000',
  'x'.repeat(70_000),
  [],
  [[]],
  Array.from({ length: 2_000 }, () => 1),
  {},
  { nope: 1 },
  { kind: 'nope' },
  new Uint8Array(3),
];

/** What zod says by itself, and what no reader of a sentence can do anything with. */
const jargon =
  /Invalid (?:input|option|string|ISO|key)|Too (?:small|big)|Unrecognized|received|another value/;
/** Refused for another reason than what is told. */
const same =
  /is (?:".*"(?: and more)?; it has to be text|an object; it has to be an object|a list; it has to be a list|-?[\d.e+]+; it has to be a number|-?\d+; it has to be a whole number)\.$/;
const plain =
  /^(?:[\w.[\]"-]+|The whole) (?:(?:is|has) .+; it has to be .+|must .+)[.?]$|^There is no field ".+"/s;

const schemas = await exportedSchemas();

describe('what does not fit a schema', () => {
  it.each(packages)('of %s is refused in words that say what fits', name => {
    const own = schemas.filter(([where]) => where.startsWith(`${name}/`));
    // A schema that several have is asked once.
    const parts = new Map(own.flatMap(([where, schema]) => [...partsOf(schema)].map(part => [part, where])));
    const unclear: unknown[] = [];
    for (const [part, where] of parts)
      for (const value of wrong) {
        const told = refusal(part, value);
        if (told === undefined || (plain.test(told) && !jargon.test(told) && !same.test(told))) continue;
        unclear.push([where, JSON.stringify(value)?.slice(0, 40), told.slice(0, 300)]);
      }
    expect(unclear).toEqual([]);
    expect(parts.size).toBeGreaterThan(fewest[name]!);
  });

  it('is told by nothing but the one map of words', () => {
    const own = /^(?:protocol\/src\/errors\/|coordinator\/src\/configuration\/config-error\.ts)/;
    const withOthers = sources.filter(
      ([path, text]) =>
        !own.test(path) &&
        /\.issues\b|prettifyError|treeifyError|flattenError/.test(text) &&
        !/plainWords/.test(text),
    );
    expect(withOthers.map(([path]) => path)).toEqual([]);
  });
});

/** undefined where a value fits, or where what reads it takes no value of this kind at all. */
function refusal(schema: $ZodType, value: unknown): string | undefined {
  try {
    return safeParse(schema, value).success ? undefined : whyUnfit(schema, value, 'The whole');
  } catch {
    return undefined;
  }
}
