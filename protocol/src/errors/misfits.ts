import { type $ZodIssue, type $ZodRawIssue, type $ZodType, safeParse } from 'zod/v4/core';
import { counted, expecting, noField, plainWords } from './expected.ts';

/** Value that does not fit a schema: its path, and what was expected there. */
interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** True if the length is wrong. */
  readonly isSize?: boolean;
}

/** Characters of a sent value that are repeated at most. */
const maxRepeatedCharacters = 64;
/** Misfits that are described one by one. */
const maxMisfits = 5;
/** Misfits that get full words, so that a list of thousands of wrong items costs no more. */
const mostWorded = 64;
/** Names of fields whose values are not repeated, and the form of our own tokens. */
const secretFieldPattern = /token|secret|password|credential|authorization|key/i;
const secretValue = /^mm[a-z]_/;

/**
 * Describes why a schema refused a value, as `describeMisfits` does. Parses again, so that valid values pay
 * nothing for the words.
 */
export function whyUnfit(schema: $ZodType, value: unknown, whole: string): string {
  const { error } = safeParse(schema, value, { error: fewWords(), jitless: true });
  return describeMisfits(error?.issues ?? [], value, whole);
}

function fewWords(): typeof plainWords {
  let worded = 0;
  return (issue: $ZodRawIssue) => (worded++ < mostWorded ? plainWords(issue) : `${expecting}another value`);
}

/**
 * Describes a value that did not fit a schema, in sentences: each field as its sender wrote it, such as
 * `plan.learningRate` or `arms[0].version`, what it was, and what it has to be. The schema must have been
 * parsed with `plainWords`. Values that may be secrets are not repeated. `whole` is the name of the value,
 * such as `The body`; `part` is the name of a field in it.
 */
export function describeMisfits(
  issues: readonly $ZodIssue[],
  value: unknown,
  whole: string,
  part = 'field',
): string {
  const misfits = misfitsOf(issues);
  const told = misfits.slice(0, maxMisfits).map(misfit => sentenceOf(misfit, value, whole, part));
  const others = misfits.length - told.length;
  if (others > 0) told.push(`${counted(others, `more ${part}`)} ${others === 1 ? 'is' : 'are'} wrong.`);
  return told.join(' ');
}

/**
 * Returns one misfit for each field. For a union, returns the misfits of the intended alternative, or what
 * all alternatives expect.
 */
export function misfitsOf(issues: readonly $ZodIssue[]): Misfit[] {
  return issues.flatMap((issue): Misfit[] => {
    const { path, message } = issue;
    switch (issue.code) {
      case 'unrecognized_keys': {
        const lines = message.split('\n');
        return issue.keys.map((key, at) => ({ path: [...path, key], message: lines[at] ?? noField }));
      }
      case 'invalid_union': {
        const meant = meantOf(issue.errors);
        if (!meant) return [{ path, message }];
        return misfitsOf(meant).map(misfit => ({ ...misfit, path: [...path, ...misfit.path] }));
      }
      case 'invalid_key': {
        const [inner] = issue.issues;
        const isPlain = inner?.message.startsWith(expecting);
        return [{ path, message: isPlain ? `${inner!.message} as its name` : message }];
      }
      default:
        return [{ path, message, isSize: isOfSize(issue) }];
    }
  });
}

/** True if the issue is about the size of a text or a list, not of a number. */
function isOfSize(issue: $ZodIssue): boolean {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return false;
  return issue.origin === 'string' || issue.origin === 'array';
}

/**
 * Chooses the alternative that fits best among those that accept this kind of value: the fewest issues, then
 * issues only within the value. Undefined if two fit equally well or none does.
 */
function meantOf(alternatives: readonly (readonly $ZodIssue[])[]): readonly $ZodIssue[] | undefined {
  const possible = alternatives.filter(issues => !issues.some(isOfKind));
  const order = (a: readonly $ZodIssue[], b: readonly $ZodIssue[]) =>
    a.length - b.length || Number(isWhole(a)) - Number(isWhole(b));
  const [first, second] = possible.toSorted(order);
  return first && second && order(first, second) === 0 ? undefined : first;
}

/** True if the value itself is wrong, not only something in it. */
const isWhole = (issues: readonly $ZodIssue[]) => issues.some(({ path }) => path.length === 0);

/** True if the value is of another kind than expected. */
function isOfKind({ code, path }: $ZodIssue): boolean {
  return path.length === 0 && /invalid_(?:type|value|union)/.test(code);
}

function sentenceOf({ path, message, isSize }: Misfit, value: unknown, whole: string, part: string): string {
  const field = fieldName(path);
  if (message.startsWith(noField)) {
    const parent = fieldName(path.slice(0, -1));
    const key = JSON.stringify(String(path.at(-1)).slice(0, maxRepeatedCharacters));
    return `There is no ${part} ${key}${parent && ` in ${parent}`}.${message.slice(noField.length + 1)}`;
  }
  const subject = field || whole;
  if (/^(?:must|may) /.test(message)) return `${subject} ${message}.`;
  if (!message.startsWith(expecting)) return `${subject}: ${message.replace(/\.$/, '')}.`;
  return `${subject} ${foundOf(valueAt(value, path), path, isSize)}; it has to be ${message.slice(expecting.length)}.`;
}

/** Field as written in a program, such as `arms[0].version`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    const text = String(part).slice(0, maxRepeatedCharacters);
    if (!/^[A-Za-z_$][\w$-]*$/.test(text)) return `${name}[${JSON.stringify(text)}]`;
    return name === '' ? text : `${name}.${text}`;
  }, '');
}

/** Describes the value found. */
function foundOf(value: unknown, path: readonly PropertyKey[], isSize = false): string {
  if (value === undefined) return 'is missing';
  if (ArrayBuffer.isView(value)) return `has ${counted(value.byteLength, 'byte')}`;
  if (Array.isArray(value)) return isSize ? `has ${counted(value.length, 'item')}` : 'is a list';
  if (typeof value === 'object' && value !== null) return 'is an object';
  if (typeof value !== 'string') return `is ${String(value)}`;
  if (value === '') return 'is empty';
  if (isSize) return `has ${counted(value.length, 'character')}`;
  const isSecret = secretValue.test(value) || path.some(part => secretFieldPattern.test(String(part)));
  if (isSecret) return 'is another text';
  return `is ${JSON.stringify(value.slice(0, maxRepeatedCharacters))}${value.length > maxRepeatedCharacters ? ' and more' : ''}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return Object.hasOwn(Object(value), key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, input);
}
