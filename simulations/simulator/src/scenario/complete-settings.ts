import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { didYouMean } from '@murmuration/protocol/errors/nearest';
import { describeIssues } from '@murmuration/rounds/configuration/config-error';
import type * as z from 'zod';
import type { GivenSettings } from './define-scenario.ts';
import { settingPaths } from './setting-paths.ts';

/** Part of a scenario that defines its settings. */
interface SettingsSource<Settings> {
  readonly name: string;
  readonly schema: z.ZodType<Settings>;
  readonly defaults: GivenSettings;
}

/**
 * Completes the settings of a run. Given settings take precedence over those of the scenario, and these over
 * the common defaults; later `given` ones take precedence over earlier ones.
 * @throws `config.invalid`, with a line for each wrong setting and the nearest name for an unknown one
 */
export function completeSettings<Settings>(
  { schema, defaults, name }: SettingsSource<Settings>,
  ...given: readonly GivenSettings[]
): Settings {
  const merged = given.reduce(merge, defaults);
  const parsed = schema.safeParse(merged, { error: plainWords });
  if (parsed.success) return parsed.data;
  const unknown = parsed.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key].join('.')) : [],
  );
  const subject = `The scenario ${name}`;
  if (unknown.length === 0)
    throw new MurmurationError(
      'config.invalid',
      [describeIssues(subject, parsed.error, merged), ...listsMissing(parsed.error)].join('\n'),
    );
  const paths = settingPaths(schema);
  const lines = unknown.map(path => `${subject} has no setting "${path}".${didYouMean(path, paths)}`);
  throw new MurmurationError('config.invalid', lines.join('\n'));
}

/** Explains the syntax of a list if another value was given for one. */
function listsMissing({ issues }: z.ZodError): string[] {
  const missing = issues.find(issue => issue.code === 'invalid_type' && issue.expected === 'array');
  return missing ? [`A list is written in brackets: --set '${missing.path.join('.')}=[1, 2]'.`] : [];
}

/** Returns one setting as nested objects: `plan.epochs` and 5 become `{ plan: { epochs: 5 } }`. */
export function settingAt(path: string, value: unknown): GivenSettings {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as GivenSettings;
}

/** Merges objects recursively; any other value, or an object of another `kind`, replaces the older one. */
function merge(older: GivenSettings, newer: GivenSettings): GivenSettings {
  const merged: Record<string, unknown> = { ...older };
  for (const [name, value] of Object.entries(newer)) {
    const before = merged[name];
    merged[name] =
      isPlain(before) && isPlain(value) && isSameKind(before, value) ? merge(before, value) : value;
  }
  return merged;
}

function isSameKind(before: GivenSettings, value: GivenSettings): boolean {
  return value.kind === undefined || value.kind === before.kind;
}

function isPlain(value: unknown): value is GivenSettings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
