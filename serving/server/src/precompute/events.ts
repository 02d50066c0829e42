import type { EndedRun, RunCounts } from './table/runs.ts';

/**
 * Result of a lookup: a valid row; a stale one; one computed now in place of a stale one; refused, since it
 * is stale; or missing.
 */
export type Lookup = 'fresh' | 'stale' | 'computed' | 'refused' | 'missing';

/** Events of precompute jobs, for metrics, logs and progress displays. */
export interface PrecomputeEvents {
  readonly began?: (job: string, version: string, attempt: number) => void;
  /** Called when rows were committed; `share` of the inputs, 0 to 1, has been read; null if unknown. */
  readonly progressed?: (job: string, counts: RunCounts, share: number | null) => void;
  readonly ended?: (job: string, run: EndedRun, rows: number) => void;
  readonly failed?: (job: string, error: unknown, run: EndedRun) => void;
  readonly looked?: (job: string, how: Lookup) => void;
  /** Called for faults of this server. */
  readonly fault?: (where: string, error: unknown) => void;
}
