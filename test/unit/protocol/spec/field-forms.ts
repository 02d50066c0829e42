import * as scalars from '@murmuration/protocol/messages/scalars';
import type * as z from 'zod/mini';

/** A field of a message as SPEC.md lists it: its path (`tasks[].task`, `?` where it may be left out) and the form of its value. */
export interface FieldForm {
  readonly field: string;
  readonly form: string;
}

/** The forms that have a name in SPEC.md. */
const named = new Map<unknown, string>([
  [scalars.roundId, 'round'],
  [scalars.assignmentId, 'assignment'],
  [scalars.deviceId, 'device'],
  [scalars.taskName, 'task'],
  [scalars.modelHash, 'model'],
  [scalars.time, 'time'],
  [scalars.duration, 'duration'],
]);

/** The parts of a schema's definition that are read here. */
interface Definition {
  readonly type: string;
  readonly shape?: Record<string, Schema>;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
  readonly entries?: Record<string, string>;
  readonly values?: readonly unknown[];
  readonly check?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}
interface Check {
  readonly check: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: RegExp;
}
type Schema = z.ZodMiniType;

const definitionOf = (schema: Schema): Definition => schema._zod.def as unknown as Definition;
const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 9 });
const code = (value: unknown): string => (value === null ? 'null' : `\`${value}\``);

/** `at least … and at most …` of a length, in the fewest words. */
function lengthOf(checks: readonly Check[]): string {
  const least = checks.find(({ check }) => check === 'min_length')?.minimum ?? 0;
  const most = checks.find(({ check }) => check === 'max_length')?.maximum;
  if (most === undefined) throw new Error('A list or text without an upper bound.');
  return least > 0 ? `${number(least)} to ${number(most)}` : `≤ ${number(most)}`;
}

function numberForm(definition: Definition, checks: readonly Check[]): string {
  const least = checks.find(({ check }) => check === 'greater_than');
  const most = checks.find(({ check }) => check === 'less_than');
  const isInteger = [definition as unknown as Check, ...checks].some(({ format }) => format === 'safeint');
  if (isInteger) return `integer, ${number(least!.value!)} to ${number(most!.value!)}`;
  const bounds = [
    ...(least ? [`${least.inclusive ? '≥' : '>'} ${number(least.value!)}`] : []),
    ...(most ? [`${most.inclusive ? '≤' : '<'} ${number(most.value!)}`] : []),
  ];
  return ['number', ...bounds].join(', ');
}

/** The form of a value, in the words of SPEC.md. */
export function formOf(schema: Schema): string {
  const name = named.get(schema);
  if (name) return name;
  const definition = definitionOf(schema);
  const checks = (definition.checks ?? []).map(({ _zod }) => _zod.def);
  switch (definition.type) {
    case 'boolean':
    case 'unknown':
      return definition.type === 'unknown' ? 'any value' : 'boolean';
    case 'number':
      return numberForm(definition, checks);
    case 'string': {
      const pattern = checks.find(check => check.pattern)?.pattern;
      return pattern ? `text, \`${pattern.source}\`` : `text, ${lengthOf(checks)}`;
    }
    case 'enum':
      return Object.values(definition.entries!).map(code).join(', ');
    case 'literal':
      return definition.values!.map(code).join(', ');
    case 'nullable':
      return `${formOf(definition.innerType!)}, or null`;
    case 'optional':
      return formOf(definition.innerType!);
    case 'pipe':
      return formOf(definition.in!);
    case 'object':
      return 'map';
    case 'array': {
      const element = definition.element!;
      const of = definitionOf(element).type === 'object' ? 'maps' : formOf(element);
      return `list of ${lengthOf(checks)}: ${of}`;
    }
    case 'custom': {
      // `expected 32 bytes`: what a schema of bytes says of itself.
      const issue = schema.safeParse(undefined).error?.issues[0]?.message ?? '';
      if (!issue.startsWith('expected '))
        throw new Error('A custom schema that does not say what it expects.');
      return issue
        .slice('expected '.length)
        .replace('at most', '≤')
        .replace(/\d{4,}/, digits => number(Number(digits)));
    }
    default:
      throw new Error(`No form for ${definition.type}.`);
  }
}

/** What a field holds below its own form: maps within it, in whatever wrapper. */
function inner(
  schema: Schema,
): { readonly shape: Record<string, Schema>; readonly list: boolean } | undefined {
  const definition = definitionOf(schema);
  if (definition.type === 'object') return { shape: definition.shape!, list: false };
  if (definition.type === 'array') {
    const within = inner(definition.element!);
    return within && { ...within, list: true };
  }
  return definition.innerType && inner(definition.innerType);
}

function fieldsOf(shape: Record<string, Schema>, path: string): FieldForm[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const isOptional = definitionOf(schema).type === 'optional';
    const field = `${path}${key}`;
    const within = inner(schema);
    return [
      { field: isOptional ? `${field}?` : field, form: formOf(schema) },
      ...(within ? fieldsOf(within.shape, `${field}${within.list ? '[]' : ''}.`) : []),
    ];
  });
}

/** The fields of a message, in their order; those of a message of several shapes shape by shape. */
export function fieldForms(schema: Schema): FieldForm[] {
  const { type, options, shape } = definitionOf(schema);
  if (type === 'union') return options!.flatMap(fieldForms);
  if (type === 'object') return fieldsOf(shape!, '');
  throw new Error(`A message is a map, no ${type}.`);
}

/** Whether an export is the schema of a message: a map, or one of several. */
export function isMessage(value: unknown): value is Schema {
  if (typeof value !== 'object' || value === null || !('_zod' in value)) return false;
  return ['object', 'union'].includes(definitionOf(value as Schema).type);
}

/** All schemas that a schema has within it. */
export function partsOf(schema: Schema): Schema[] {
  const { shape, element, innerType, options, in: input } = definitionOf(schema);
  const children = [...Object.values(shape ?? {}), ...(options ?? []), element, innerType, input].filter(
    child => child !== undefined,
  );
  return children.flatMap(child => [child, ...partsOf(child)]);
}

const leaves: readonly unknown[] = [
  null,
  true,
  1,
  2,
  0.5,
  'a',
  'A'.repeat(22),
  'a'.repeat(64),
  '0.1.0',
  ...[4, 32, 64, 68].map(length => new Uint8Array(length)),
];

/** A message that the schema takes, without the fields that may be left out. */
export function exampleOf(schema: Schema): unknown {
  const { type, shape, element, options, entries, values } = definitionOf(schema);
  if (type === 'enum') return Object.values(entries!)[0];
  if (type === 'literal') return values![0];
  if (type === 'optional') return undefined;
  if (type === 'union') return exampleOf(options![0]!);
  if (type === 'array') return [exampleOf(element!)];
  if (type === 'object')
    return Object.fromEntries(Object.entries(shape!).map(([key, field]) => [key, exampleOf(field)]));
  const example = leaves.find(leaf => schema.safeParse(leaf).success);
  if (example === undefined) throw new Error(`No example of ${formOf(schema)}.`);
  return example;
}
