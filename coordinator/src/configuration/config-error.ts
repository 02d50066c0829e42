import type { core, ZodError } from 'zod';

/** A field that is wrong, by its path such as `cohort.goal`, and what it may be. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** The fields that are wrong, each with what was expected and what was found. */
export function fieldProblems({ issues }: ZodError, input: unknown): FieldProblem[] {
  return issues.flatMap(nearest).flatMap(issue => {
    const { path, message } = issue;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => ({ field: [...path, key].join('.'), message: 'there is no such field' }));
    return [{ field: path.join('.'), message: `${message}; ${describe(valueAt(input, path))}` }];
  });
}

/**
 * What is wrong with a configuration, a line for each field: where it is, what was expected, and what was found, which is
 * left out for `secrets` and what is in them.
 */
export function describeIssues(
  subject: string,
  { issues }: ZodError,
  input: unknown,
  secrets: readonly string[] = [],
): string {
  return issues
    .flatMap(nearest)
    .flatMap(issue => {
      const { path, message } = issue;
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map(key => `${subject}: ${[...path, key].join('.')}: there is no such field.`);
      const place = path.join('.');
      const field = path.length > 0 ? `${place}: ` : '';
      const value = valueAt(input, path);
      const isSecret = value !== undefined && secrets.some(each => `${place}.`.startsWith(`${each}.`));
      return `${subject}: ${field}${message}${isSecret ? '' : `; ${describe(value)}`}.`;
    })
    .join('\n');
}

/** Of a choice: what is wrong inside the alternative that was meant, or what all of them expect. */
function nearest(issue: core.$ZodIssue): core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const meant = issue.errors.find(issues => issues.some(({ path }) => path.length > 0));
  if (meant) return meant.map(inner => ({ ...inner, path: [...issue.path, ...inner.path] }));
  const expected = issue.errors.map(([first]) => first!.message).join(', or ');
  return [{ ...issue, message: issue.message === 'Invalid input' ? expected : issue.message }];
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
