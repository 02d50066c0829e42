/** The table of all jobs of a database, and the view of one job's rows: what people query. */
export const jobsTable = 'precompute_jobs';

export function viewOf(job: string): string {
  return `precomputed_${underscored(job)}`;
}

/** The table of one generation of a job's rows. No view is named so: a digit follows the first `_`, and jobs begin with a letter. */
export function generationTable(job: string, generation: number): string {
  return `precompute_${generation}_${underscored(job)}`;
}

/** The generation of a job that a table is; undefined for any other table. */
export function generationOf(job: string, table: string): number | undefined {
  const [, generation, name] = /^precompute_(\d{1,15})_([a-z][a-z0-9_]*)$/.exec(table) ?? [];
  return name === underscored(job) ? Number(generation) : undefined;
}

/** Names of jobs have no `_`: of two jobs no two tables have one name. */
function underscored(job: string): string {
  return job.replaceAll('-', '_');
}
