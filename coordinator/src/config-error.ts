import type { ZodError } from 'zod';

/**
 * What is wrong with a configuration, a line for each field: where it is, what was expected, what was found, but for the
 * values of `secrets`.
 */
export function describeIssues(
  subject: string,
  { issues }: ZodError,
  input: unknown,
  secrets: readonly string[] = [],
): string {
  return issues
    .map(({ path, message }) => {
      if (secrets.includes(String(path[0]))) return `${subject}: ${path.map(String).join('.')}: ${message}.`;
      const found = path.reduce<unknown>(
        (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
        input,
      );
      const field = path.length > 0 ? path.map(String).join('.') : 'the whole';
      const shown = found === undefined ? 'it is missing' : `found ${brief(found)}`;
      return `${subject}: ${field}: ${message}; ${shown}.`;
    })
    .join('\n');
}

function brief(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'object'
        ? 'an object'
        : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
