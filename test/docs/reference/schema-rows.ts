import * as z from 'zod';
import { fieldsOf } from './defaults.ts';

/** A field of a schema: its path, what it takes, and what it is where it is left out. */
export interface SchemaRow {
  readonly path: string;
  readonly form: string;
  /** Empty: the field has to be there. */
  readonly standard: string;
}

/** The parts of a JSON schema that are read here. */
interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``.replaceAll('|', '\\|');
const plain = (value: unknown): string =>
  typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 9 }) : code(value);

/** A number or a text such as `"30 s"`. */
const isDuration = ({ anyOf }: Node): boolean =>
  anyOf?.length === 2 && anyOf[0]!.type === 'number' && /ms\|s\|min/.test(anyOf[1]!.pattern ?? '');

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Node): string {
  const largest = Number.MAX_SAFE_INTEGER;
  return [
    ...(minimum !== undefined && minimum !== -largest ? [`≥ ${plain(minimum)}`] : []),
    ...(exclusiveMinimum !== undefined ? [`> ${plain(exclusiveMinimum)}`] : []),
    ...(maximum !== undefined && maximum !== largest ? [`≤ ${plain(maximum)}`] : []),
    ...(exclusiveMaximum !== undefined ? [`< ${plain(exclusiveMaximum)}`] : []),
  ].join(', ');
}

function formOf(node: Node): string {
  if (isDuration(node)) return 'duration';
  if (node.const !== undefined) return code(node.const);
  if (node.enum) return node.enum.map(code).join(', ');
  if (node.anyOf)
    return node.anyOf.map(each => (each.type === 'null' ? '`null`' : formOf(each))).join(' or ');
  switch (node.type) {
    case 'integer':
    case 'number':
      return [node.type, rangeOf(node)].filter(Boolean).join(' ');
    case 'array':
      return `list of ${formOf(node.items ?? {})}`;
    case 'object':
      return 'object';
    case 'string':
      return 'text';
    default:
      // A number without bounds that may be null has both.
      return [node.type ?? 'code']
        .flat()
        .map(each => (each === 'null' ? '`null`' : each))
        .join(' or ');
  }
}

/** The node whose fields a field has, in whatever wrapper. */
function within(node: Node): Node | undefined {
  if (node.properties) return node;
  const inner =
    node.items ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined);
  if (inner) return within(inner);
  return node.anyOf?.map(within).find(found => found !== undefined);
}

function rowsOf(node: Node, prefix: string): SchemaRow[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const inner = within(field);
    const isRequired = node.required?.includes(key) === true;
    const standard = field.default !== undefined ? plain(field.default) : isRequired ? '' : 'none';
    const isPlain = inner === field;
    const row = { path, form: formOf(field), standard: isPlain ? '' : standard };
    return [...(isPlain ? [] : [row]), ...(inner ? rowsOf(inner, `${path}.`) : [])];
  });
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** `30 s` of 30,000 ms: the largest unit that divides it. */
function durationText(ms: number): string {
  const [unit, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['s', 1_000];
  return `${ms / size} ${unit}`;
}

/** What fields are where they are left out, by their path: JSON schemas of what is written lack it where a field is changed as it is read. */
function defaultsOf(schema: z.ZodType): Map<string, unknown> {
  const found = [...fieldsOf(schema)].map(
    ([path, field]) => [path, z.safeParse(field, undefined).data] as const,
  );
  return new Map(found.filter(([, value]) => value !== undefined).toReversed());
}

/** All fields of a schema of zod as they are written, in their order. */
export function schemaRows(schema: z.ZodType): SchemaRow[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const defaults = defaultsOf(schema);
  return rowsOf(json as Node, '').map(row => {
    const value = row.standard === 'none' ? defaults.get(row.path) : undefined;
    if (value === undefined) return row;
    const isTime = row.form.startsWith('duration') && value !== null;
    return { ...row, standard: isTime ? `\`"${durationText(value as number)}"\`` : plain(value) };
  });
}
