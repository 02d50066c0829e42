import type { FieldProblem } from '@murmuration/api/settings';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { noField } from '@murmuration/protocol/errors/expected';
import { misfitsOf } from '@murmuration/protocol/errors/misfits';
import type { ZodError } from 'zod';
import { removedSetting } from './removed-settings.ts';

/**
 * Lists the invalid fields, each with the expected and the found value, for a schema parsed with
 * `plainWords`.
 */
export function fieldProblems({ issues }: ZodError, input: unknown): FieldProblem[] {
  return misfitsOf(issues).map(({ path, message }) => ({
    field: path.join('.'),
    message:
      removedSetting(path, valueAt(input, path)) ??
      (message.startsWith(noField) ? message : `${message}; ${describe(valueAt(input, path))}`),
  }));
}

/**
 * Describes the errors of a configuration, one line per field: its path, the expected and the found value.
 * The found value is left out for paths in `secrets` and below them. The schema must be parsed with
 * `plainWords`.
 */
export function describeIssues(
  subject: string,
  { issues }: ZodError,
  input: unknown,
  secrets: readonly string[] = [],
): string {
  return misfitsOf(issues)
    .map(({ path, message }) => {
      const place = path.join('.');
      const field = path.length > 0 ? `${place}: ` : '';
      const value = valueAt(input, path);
      const removed = removedSetting(path, value);
      if (removed) return `${subject}: ${field}${removed}`;
      if (message.startsWith(noField))
        return `${subject}: ${field}${message}${message.endsWith('?') ? '' : '.'}`;
      const isSecret = value !== undefined && secrets.some(each => `${place}.`.startsWith(`${each}.`));
      return `${subject}: ${field}${message}${isSecret ? '' : `; ${describe(value)}`}.`;
    })
    .join('\n');
}

/** Returns `config.invalid` for a task; the sentence lacks its full stop. */
export const wrongTask = (sentence: string): MurmurationError =>
  new MurmurationError('config.invalid', `The task: ${sentence}.`);

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], input);
}

function describe(value: unknown): string {
  if (value === undefined) return 'it is missing';
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'object'
        ? 'an object'
        : String(value);
  return `found ${text.length > 80 ? `${text.slice(0, 77)}…` : text}`;
}
