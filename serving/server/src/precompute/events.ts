import type { EndedRun, RunCounts } from './table/runs.ts';

/** How a row was answered: as it counts; stale; computed now in place of a stale one; not, since it is stale; or there is none. */
export type Lookup = 'fresh' | 'stale' | 'computed' | 'refused' | 'missing';

/** What precomputing tells those who count, log, or show how far it is. */
export interface PrecomputeEvents {
  readonly began?: (job: string, version: string, attempt: number) => void;
  /** Rows were committed; `share` of the inputs, 0 to 1, is read by now; null where nobody can know. */
  readonly progressed?: (job: string, counts: RunCounts, share: number | null) => void;
  readonly ended?: (job: string, run: EndedRun, rows: number) => void;
  readonly failed?: (job: string, error: unknown, run: EndedRun) => void;
  readonly looked?: (job: string, how: Lookup) => void;
  /** What is ours to mend. */
  readonly fault?: (where: string, error: unknown) => void;
}

/** Tells both. */
export function bothPrecompute(first: PrecomputeEvents, second: PrecomputeEvents): PrecomputeEvents {
  return {
    began: (...what) => {
      first.began?.(...what);
      second.began?.(...what);
    },
    progressed: (...what) => {
      first.progressed?.(...what);
      second.progressed?.(...what);
    },
    ended: (...what) => {
      first.ended?.(...what);
      second.ended?.(...what);
    },
    failed: (...what) => {
      first.failed?.(...what);
      second.failed?.(...what);
    },
    looked: (...what) => {
      first.looked?.(...what);
      second.looked?.(...what);
    },
    fault: (...what) => {
      first.fault?.(...what);
      second.fault?.(...what);
    },
  };
}
