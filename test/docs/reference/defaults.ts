import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import * as z from 'zod';

/** The fields of a schema, by their path, in whatever they are wrapped; of one path there may be several. */
export function* fieldsOf(
  schema: z.core.$ZodType,
  path = '',
): Generator<[path: string, field: z.core.$ZodType]> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'object')
    for (const [name, field] of Object.entries(def.shape)) {
      const at = path === '' ? name : `${path}.${name}`;
      yield [at, field];
      yield* fieldsOf(field, at);
    }
  else if (def.type === 'array') yield* fieldsOf(def.element, path);
  else if (def.type === 'record') yield* fieldsOf(def.valueType, path);
  else if (def.type === 'union') for (const option of def.options) yield* fieldsOf(option, path);
  else if (def.type === 'pipe') yield* fieldsOf(def.in, path);
  else if ('innerType' in def) yield* fieldsOf(def.innerType, path);
}

/** As text: strategies that do the same are not equal. */
function resultOf(field: z.core.$ZodType, value: unknown): string | undefined {
  const { data } = z.safeParse(field, value);
  return data === undefined ? undefined : inspect(data, { depth: null, breakLength: Infinity });
}

const written = (text: string): unknown => runInNewContext(`(${text})`, { fedAvg });

/** Whether the tag of the field around a field spells out what the field is, as that of a rate does. */
function isSpelledOut(path: string, tags: ReadonlyMap<string, string>): boolean {
  const [, outer, name] = /^(.*)\.(\w+)$/.exec(path) ?? [];
  const tag = tags.get(outer ?? '');
  const value = tag === undefined ? undefined : written(tag);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name!);
}

/** What is wrong with the tags `@default` of the fields of a schema. */
export function wrongDefaults(schema: z.ZodType, tags: ReadonlyMap<string, string>): string[] {
  const problems = [...fieldsOf(schema)].flatMap(([path, field]) => {
    const tag = tags.get(path);
    const standard = resultOf(field, undefined);
    if (tag === undefined)
      return standard === undefined || isSpelledOut(path, tags) ? [] : [`${path}: no @default ${standard}`];
    if (standard === undefined) return [`${path}: @default ${tag}, and it has no default`];
    const said = resultOf(field, written(tag));
    return said === standard ? [] : [`${path}: @default ${tag}, and it is ${standard}`];
  });
  return [...new Set(problems)];
}
