import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { jobOf, type PrecomputeJob, placed } from './job.ts';

/**
 * Parses the jobs in a file: one, a list, or an object with a list of `jobs`. Their paths are relative to
 * `folder`. Throws `config.invalid`, calling the file `name`.
 */
export function jobsOf(value: unknown, name: string, folder: string): readonly PrecomputeJob[] {
  const list = listOf(value);
  if (list === undefined || list.length === 0)
    throw new MurmurationError(
      'config.invalid',
      `${name} describes no job; expected precompute({ name, model, inputs, key }), a list of jobs, or { jobs: [...] }.`,
    );
  const jobs = list.map((each, index) => {
    const own = (each as { readonly name?: unknown } | null)?.name;
    return placed(jobOf(each, `${name}, job ${typeof own === 'string' ? own : index + 1}`), folder);
  });
  refuseEqualNames(jobs);
  return jobs;
}

/** Throws `config.invalid` if two jobs have the same name: they would share one table. */
export function refuseEqualNames(jobs: readonly PrecomputeJob[]): void {
  const names = new Set<string>();
  for (const { name } of jobs) {
    if (names.has(name)) throw new MurmurationError('config.invalid', `Two jobs have the name "${name}".`);
    names.add(name);
  }
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { jobs } = value as { readonly jobs?: unknown };
  return Array.isArray(jobs) ? jobs : [value];
}
