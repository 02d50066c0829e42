import type { $ZodRawIssue, $ZodType } from 'zod/v4/core';
import { didYouMean } from './nearest.ts';

/** Fields of a zod schema definition that say what it accepts, for all kinds of schema. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly innerType?: $ZodType;
  readonly in?: $ZodType;
  readonly out?: $ZodType;
  readonly getter?: () => $ZodType;
  readonly options?: readonly $ZodType[];
  readonly discriminator?: string;
  readonly shape?: Readonly<Record<string, $ZodType>>;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly items?: readonly $ZodType[];
  readonly rest?: $ZodType | null;
  readonly error?: (issue: object) => unknown;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

/** Check of a schema, in addition to its type. */
interface Check extends Pick<Definition, 'error'> {
  readonly check?: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
  readonly format?: string;
}

/** All checks of a schema combined. */
interface Bounds {
  readonly least: number;
  readonly most: number;
  /** True if `least` (below: `most`) itself is excluded. */
  readonly isAbove: boolean;
  readonly isBelow: boolean;
  readonly multipleOf: number | undefined;
  readonly isWhole: boolean;
}

/** Prefix of an expectation; a phrase follows. */
export const expecting = 'expected ';

/** Prefix of the message about an unknown field; a question about the intended one may follow. */
export const noField = 'there is no such field';

/** Descriptions of text formats, by zod's names for them. */
const formats: Readonly<Record<string, string>> = {
  datetime: 'a time in UTC such as "2026-01-31T12:00:00Z"',
  date: 'a day such as "2026-01-31"',
  time: 'a time of day such as "12:00:00"',
  duration: 'a duration of ISO 8601 such as "PT30S"',
  url: 'a URL such as "https://example.org/path"',
  email: 'an e-mail address such as "ann@example.org"',
  uuid: 'a UUID such as "123e4567-e89b-42d3-a456-426614174000"',
  ipv4: 'an address of IPv4 such as "192.0.2.1"',
  ipv6: 'an address of IPv6 such as "2001:db8::1"',
  base64: 'text in base64',
  base64url: 'text in base64url',
};

/**
 * Maximum unknown fields for which a similar name is looked up; bounds the time that a hostile sender can
 * take.
 */
const mostQuestions = 16;
/** Maximum values of a choice that are listed. */
const maxListedValues = 24;

/**
 * Error map of zod. After `expected`, describes a valid value from the schema that refused one; has a line
 * for each unknown field. Messages of schemas and of their checks take precedence; they begin with `expected`
 * too.
 */
export function plainWords(issue: $ZodRawIssue): string {
  const schema = (issue.schema ?? issue.inst) as $ZodType | undefined;
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shapeOf(schema) ?? {});
    return issue.keys.map((key, at) => noField + (at < mostQuestions ? meantBy(key, known) : '')).join('\n');
  }
  if (issue.code === 'invalid_key') return `${expecting}another name`;
  // The schema's own words may be of another rule.
  const ofFormat = issue.code === 'invalid_format' ? formats[issue.format] : undefined;
  if (ofFormat !== undefined) return `${expecting}${ofFormat}`;
  const isSize = issue.code === 'too_small' || issue.code === 'too_big';
  // For a missing field that accepts anything, zod passes no schema.
  const otherwise = issue.code === 'invalid_type' && issue.expected === 'nonoptional' ? 'any' : 'another';
  return `${expecting}${schema ? oneOf(alternativesOf(schema, isSize)) : `${otherwise} value`}`;
}

/** Question about a similar name; empty for a key too short to resemble anything. */
function meantBy(key: string, known: readonly string[]): string {
  return key.length < 3 ? '' : didYouMean(key, known).replace(/^ /, '. ');
}

/**
 * Descriptions of the alternatives of a schema, which can follow `expected` and `it has to be`: members of
 * nested unions and values of choices. With `isSize`, describes their size first.
 */
function alternativesOf(schema: $ZodType, isSize = false): readonly string[] {
  const def = definitionOf(schema);
  const own = isSize ? undefined : ownWords(def);
  if (own !== undefined) return [own];
  const bounds = boundsOf(def);
  switch (def.type) {
    case 'string':
      return [`${(def.format && formats[def.format]) ?? 'text'}${sizeOf(bounds, 'character')}`];
    case 'number':
    case 'bigint':
      return [numberOf(bounds)];
    case 'boolean':
      return ['true', 'false'];
    case 'null':
      return ['null'];
    case 'undefined':
    case 'void':
    case 'never':
      return ['nothing'];
    case 'literal':
      return valuesOf(def.values!);
    case 'enum':
      return valuesOf(Object.values(def.entries!));
    case 'array':
      return [`a list${sizeOf(bounds, 'item')}`];
    case 'tuple':
      return [`a list of ${def.rest ? 'at least ' : ''}${counted(def.items!.length, 'item')}`];
    case 'object':
    case 'record':
    case 'intersection':
      return ['an object'];
    case 'nullable':
      return [...alternativesOf(def.innerType!), 'null'];
    case 'union':
      return ofUnion(def);
    case 'unknown':
    case 'any':
      return ['any value'];
    case 'lazy':
      return alternativesOf(def.getter!());
    case 'pipe':
      return alternativesOf(definitionOf(def.in!).type === 'transform' ? def.out! : def.in!);
    default:
      return def.innerType ? alternativesOf(def.innerType) : ['another value'];
  }
}

/** Message of a schema, or of a check of a text; undefined if none has one. */
function ownWords({ type, error, checks = [] }: Definition): string | undefined {
  const ofChecks = type === 'string' ? checks.map(({ _zod }) => _zod.def.error) : [];
  for (const words of [error, ...ofChecks]) {
    const said = words?.({});
    const text = typeof said === 'object' ? (said as { message?: unknown } | null)?.message : said;
    if (typeof text === 'string' && text.startsWith(expecting)) return text.slice(expecting.length);
  }
  return undefined;
}

function shapeOf(schema: $ZodType | undefined): Definition['shape'] {
  return schema && definitionOf(schema).shape;
}

function definitionOf(schema: $ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}

function boundsOf({ type, format, checks = [] }: Definition): Bounds {
  let bounds: Bounds = {
    least: -Infinity,
    most: Infinity,
    isAbove: false,
    isBelow: false,
    multipleOf: undefined,
    isWhole: /int/.test(format ?? type),
  };
  for (const { _zod } of checks) {
    const { check, value = 0, inclusive, minimum, maximum, length, format: form } = _zod.def;
    const least = check === 'greater_than' ? value : (minimum ?? length ?? -Infinity);
    const most = check === 'less_than' ? value : (maximum ?? length ?? Infinity);
    if (least > bounds.least) bounds = { ...bounds, least, isAbove: inclusive === false };
    if (most < bounds.most) bounds = { ...bounds, most, isBelow: inclusive === false };
    if (check === 'multiple_of') bounds = { ...bounds, multipleOf: value };
    if (form && /int/.test(form)) bounds = { ...bounds, isWhole: true };
  }
  return bounds;
}

function numberOf({ isWhole, multipleOf, ...range }: Bounds): string {
  const multiple = multipleOf === undefined ? '' : ` that is a multiple of ${multipleOf}`;
  return `${isWhole ? 'a whole number' : 'a number'}${multiple}${rangeOf(range)}`;
}

function rangeOf({ least, most, isAbove, isBelow }: Omit<Bounds, 'isWhole' | 'multipleOf'>): string {
  const hasLeast = least > -Infinity;
  const hasMost = most < Infinity;
  if (hasLeast && hasMost && !isAbove && !isBelow) return ` from ${least} to ${most}`;
  const from = isAbove ? `above ${least}` : `of at least ${least}`;
  const to = isBelow ? `below ${most}` : `${hasLeast ? '' : 'of '}at most ${most}`;
  const parts = [...(hasLeast ? [from] : []), ...(hasMost ? [to] : [])];
  return parts.length > 0 ? ` ${parts.join(' and ')}` : '';
}

function sizeOf({ least, most }: Bounds, unit: string): string {
  if (least === most) return ` of ${counted(least, unit)}`;
  if (least > 0 && most < Infinity) return ` of ${least} to ${counted(most, unit)}`;
  if (least > 0) return ` of at least ${counted(least, unit)}`;
  return most < Infinity ? ` of at most ${counted(most, unit)}` : '';
}

/** Values as JSON, and the number of the others if there are many. */
function valuesOf(values: readonly unknown[]): readonly string[] {
  const named = values.slice(0, maxListedValues).map(value => JSON.stringify(value));
  const others = values.length - named.length;
  return others > 0 ? [...named, counted(others, 'other')] : named;
}

/**
 * Describes a union: if discriminated, by the values of its discriminator; else each object by its required
 * fields, since there may be several.
 */
function ofUnion({ options = [], discriminator }: Definition): readonly string[] {
  if (discriminator === undefined)
    return options.flatMap(option => neededOf(option) ?? alternativesOf(option));
  const kinds = options.flatMap(option => [...option._zod.propValues![discriminator]!]);
  return [`an object whose ${JSON.stringify(discriminator)} is ${oneOf(valuesOf(kinds))}`];
}

/** Describes an object by its required fields; undefined for any other schema or if no field is required. */
function neededOf(schema: $ZodType): string | undefined {
  const { shape } = definitionOf(schema);
  const needed = Object.entries(shape ?? {}).flatMap(([name, { _zod }]) =>
    _zod.optin === undefined ? [JSON.stringify(name)] : [],
  );
  return needed.length > 0 ? `an object with ${needed.join(' and ')}` : undefined;
}

/** Joins as `a, b or c`; puts null last, after alternatives that contain an `or` themselves. */
function oneOf(alternatives: readonly string[]): string {
  const all = new Set(alternatives);
  const hasNull = all.delete('null');
  const short = [...all].filter(text => text.startsWith('"') || !/, | or /.test(text));
  const long = [...all].filter(text => !short.includes(text));
  if (long.length === 0 && short.length > 1) {
    const isChoice = short.length > 2 && short.every(text => /^"|^\d+ others?$/.test(text));
    return `${isChoice ? 'one of ' : ''}${orOf(hasNull ? [...short, 'null'] : short)}`;
  }
  return [orOf(short), ...long, hasNull ? 'null' : ''].filter(text => text !== '').join(', or ');
}

/** Joins as `a, b or c`. */
function orOf(texts: readonly string[]): string {
  const last = texts.at(-1) ?? '';
  return texts.length > 1 ? `${texts.slice(0, -1).join(', ')} or ${last}` : last;
}

/** Number with its unit in singular or plural, such as `2 items`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
