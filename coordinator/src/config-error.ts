import type { ZodError } from 'zod';

/**
 * What is wrong with a configuration, a line for each field: where it is, what was expected, and what was found, which is
 * left out for `secrets`.
 */
export function describeIssues(
  subject: string,
  { issues }: ZodError,
  input: unknown,
  secrets: readonly string[] = [],
): string {
  return issues
    .flatMap(issue => {
      const { path, message } = issue;
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map(key => `${subject}: ${[...path, key].join('.')}: there is no such field.`);
      const field = path.length > 0 ? `${path.join('.')}: ` : '';
      const found = secrets.includes(String(path[0])) ? '' : `; ${describe(valueAt(input, path))}`;
      return `${subject}: ${field}${message}${found}.`;
    })
    .join('\n');
}

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
