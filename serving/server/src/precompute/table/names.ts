/** Table of all jobs in a database. */
export const jobsTable = 'precompute_jobs';

export function viewOf(job: string): string {
  return `precomputed_${underscored(job)}`;
}

/**
 * Returns the table of one generation of a job's rows. No view has such a name: a digit follows the first
 * `_`, and jobs begin with a letter.
 */
export function generationTable(job: string, generation: number): string {
  return `precompute_${generation}_${underscored(job)}`;
}

/** Returns the generation of a job's table; undefined for any other table. */
export function generationOf(job: string, table: string): number | undefined {
  const [, generation, name] = /^precompute_(\d{1,15})_([a-z][a-z0-9_]*)$/.exec(table) ?? [];
  return name === underscored(job) ? Number(generation) : undefined;
}

/** Replaces hyphens; names of jobs have no `_`, so no two jobs share a table. */
function underscored(job: string): string {
  return job.replaceAll('-', '_');
}
