import * as z from 'zod';
import type { PlainData } from '../run-events/run-event.ts';

/** JSON Schema of a setting. */
interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
  readonly type?: string;
  readonly enum?: readonly PlainData[];
  readonly const?: PlainData;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/**
 * Returns the path of each setting of a schema, such as `plan.learningRate`, with its allowed values in
 * words, such as `a whole number from 1 to 100`.
 */
export function allowedSettings(schema: z.ZodType): Map<string, string> {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const found = new Map<string, Set<string>>();
  for (const [path, leaf] of leavesOf(described as Described, '')) {
    const words = found.get(path) ?? new Set();
    found.set(path, words.add(wordsOf(leaf)));
  }
  return new Map(
    Array.from(found, ([path, words]) => [path, [...words].filter(each => each !== '').join(' or ')]),
  );
}

/** Returns the paths of all settings. */
export function settingPaths(schema: z.ZodType): string[] {
  return [...allowedSettings(schema).keys()];
}

function leavesOf(described: Described, prefix: string): (readonly [string, Described])[] {
  const { properties, anyOf = [], oneOf = [] } = described;
  const inside = Object.entries(properties ?? {}).flatMap(([name, each]) =>
    leavesOf(each, prefix === '' ? name : `${prefix}.${name}`),
  );
  const choices = [...anyOf, ...oneOf].flatMap(each =>
    leavesOf(each, prefix).filter(([path]) => path !== prefix),
  );
  const deeper = [...inside, ...choices];
  return prefix === '' || deeper.length > 0 ? deeper : [[prefix, described]];
}

const types: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  null: 'null for none',
};

function wordsOf(described: Described): string {
  const choices = [...(described.anyOf ?? []), ...(described.oneOf ?? [])];
  if (choices.length > 0) {
    const words = [...new Set(choices.map(wordsOf))].filter(each => each !== '').join(' or ');
    return words.replace('a number or a text', 'ms, or a text such as "10 min"');
  }
  if (described.const !== undefined) return String(described.const);
  if (described.enum) return described.enum.join(', ');
  return `${types[described.type ?? ''] ?? ''}${rangeOf(described)}`;
}

/** Returns words such as ` from 1 to 100`; leaves out the bounds of safe integers. */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Described): string {
  const from =
    exclusiveMinimum !== undefined
      ? ` above ${exclusiveMinimum}`
      : minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER
        ? ` from ${minimum}`
        : '';
  const to =
    exclusiveMaximum !== undefined
      ? ` below ${exclusiveMaximum}`
      : maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
        ? ` to ${maximum}`
        : '';
  return `${from}${to}`;
}
