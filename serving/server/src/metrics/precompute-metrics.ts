import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PrecomputeEvents } from '../precompute/events.ts';
import type { RunCounts } from '../precompute/table/runs.ts';

const nothing: RunCounts = { read: 0, computed: 0, reused: 0, failed: 0 };

/** Registers metrics of precompute jobs. Labels are the jobs' names, which a file lists, and results. */
export function precomputeMetrics(registry: Registry): PrecomputeEvents {
  const registers = [registry];
  /** Counts so far of runs under way, by job. */
  const counted = new Map<string, RunCounts>();
  const rows = new Counter({
    name: 'murmuration_precompute_rows_total',
    help: 'Rows of precompute jobs, by what became of them: computed, reused since nothing had changed, or failed.',
    labelNames: ['job', 'result'],
    registers,
  });
  const runs = new Counter({
    name: 'murmuration_precompute_runs_total',
    help: 'Runs of precompute jobs that ended: done, or failed.',
    labelNames: ['job', 'result'],
    registers,
  });
  const duration = new Histogram({
    name: 'murmuration_precompute_run_duration_seconds',
    help: 'How long runs of precompute jobs took, from their first start to the switch to the new rows.',
    labelNames: ['job'],
    buckets: [1, 10, 60, 300, 900, 3_600, 14_400, 43_200],
    registers,
  });
  const table = new Gauge({
    name: 'murmuration_precompute_table_rows',
    help: 'Rows that can be read of a precompute job.',
    labelNames: ['job'],
    registers,
  });
  const success = new Gauge({
    name: 'murmuration_precompute_last_success_timestamp_seconds',
    help: 'When the rows of a precompute job were whole last, in seconds since 1970.',
    labelNames: ['job'],
    registers,
  });
  const lookups = new Counter({
    name: 'murmuration_precompute_lookups_total',
    help: 'Rows that were asked for: fresh, stale, computed in place of a stale one, refused since stale, or missing.',
    labelNames: ['job', 'result'],
    registers,
  });
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
