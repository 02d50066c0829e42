import type { Registry } from 'prom-client';
import type { PrecomputeEvents } from '../precompute/events.ts';
import type { RunCounts } from '../precompute/table/runs.ts';
import { registerIn } from './register.ts';

const nothing: RunCounts = { read: 0, computed: 0, reused: 0, failed: 0 };

/** Registers metrics of precompute jobs. Labels are the jobs' names, which a file lists, and results. */
export function precomputeMetrics(registry: Registry): PrecomputeEvents {
  const { counter, gauge, histogram } = registerIn(registry);
  /** Counts so far of runs under way, by job. */
  const counted = new Map<string, RunCounts>();
  const rows = counter(
    'murmuration_precompute_rows_total',
    'Rows of precompute jobs, by what became of them: computed, reused since nothing had changed, or failed.',
    'job',
    'result',
  );
  const runs = counter(
    'murmuration_precompute_runs_total',
    'Runs of precompute jobs that ended: done, or failed.',
    'job',
    'result',
  );
  const duration = histogram(
    'murmuration_precompute_run_duration_seconds',
    'How long runs of precompute jobs took, from their first start to the switch to the new rows.',
    [1, 10, 60, 300, 900, 3_600, 14_400, 43_200],
    'job',
  );
  const table = gauge(
    'murmuration_precompute_table_rows',
    'Rows that can be read of a precompute job.',
    'job',
  );
  const success = gauge(
    'murmuration_precompute_last_success_timestamp_seconds',
    'When the rows of a precompute job were whole last, in seconds since 1970.',
    'job',
  );
  const lookups = counter(
    'murmuration_precompute_lookups_total',
    'Rows that were asked for: fresh, stale, computed in place of a stale one, refused since stale, or missing.',
    'job',
    'result',
  );
  const count = (job: string, counts: RunCounts) => {
    const before = counted.get(job) ?? nothing;
    counted.set(job, counts);
    for (const result of ['computed', 'reused', 'failed'] as const) {
      const more = counts[result] - before[result];
      // A row whose key turns out to be another's is subtracted, but a counter must never decrease.
      if (more > 0) rows.inc({ job, result }, more);
    }
  };
  return {
    began: job => counted.delete(job),
    progressed: count,
    ended(job, run, size) {
      count(job, run);
      counted.delete(job);
      runs.inc({ job, result: 'done' });
      duration.observe({ job }, (run.endedAt - run.beganAt) / 1_000);
      table.set({ job }, size);
      success.set({ job }, run.endedAt / 1_000);
    },
    failed(job, _error, run) {
      count(job, run);
      counted.delete(job);
      runs.inc({ job, result: 'failed' });
    },
    looked: (job, result) => lookups.inc({ job, result }),
  };
}
