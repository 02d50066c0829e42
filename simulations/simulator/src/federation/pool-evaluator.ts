import type { Work } from '@murmuration/protocol/time/work';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluator } from '@murmuration/rounds/evaluation/evaluator';
import type { SharedVersions } from '../devices/shared-versions.ts';
import type { MeasuredMetrics } from '../scenario/define-scenario.ts';
import type { JobPool } from '../workers/job-pool.ts';

/**
 * Parts of the held-out examples; independent of the number of threads, so that floating-point sums are too.
 */
const parts = 4;

interface EvaluationPorts {
  readonly pool: JobPool;
  readonly versions: SharedVersions;
  readonly work: Work;
  /** Number of held-out examples. */
  readonly size: number;
  /** True if the version that is made now must be measured. */
  readonly isDue: () => boolean;
}

/**
 * Measures versions on the held-out examples in the run's threads while virtual time stands still; versions
 * that are not due have no metrics.
 */
export function poolEvaluator({ pool, versions, work, size, isDue }: EvaluationPorts): Evaluator {
  return {
    async evaluate(files: ModelFiles) {
      if (size === 0 || !isDue()) return {};
      const model = versions.shared(files);
      const edge = (part: number) => Math.round((part * size) / parts);
      const jobs = Array.from({ length: parts }).flatMap((_, part) => {
        const [from, to] = [edge(part), edge(part + 1)];
        if (from === to) return [];
        return pool.run({ kind: 'measure', model, from, to }, { due: Number.NEGATIVE_INFINITY }).result;
      });
      return together(await work.during(Promise.all(jobs)));
    },
    async close() {},
  };
}

/** Averages each metric by weight. */
export function together(measured: readonly MeasuredMetrics[]): Record<string, number> {
  const total = measured.reduce((sum, { weight }) => sum + weight, 0);
  const means: Record<string, number> = {};
  for (const { weight, metrics } of measured)
    for (const [name, value] of Object.entries(metrics))
      means[name] = (means[name] ?? 0) + (weight * value) / total;
  return means;
}
