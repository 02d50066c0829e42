import type { Duration, ModelStatistics } from '../server/statistics.ts';
import type { ServedModel } from '../source/source.ts';

const none: Duration = { count: 0, ns: 0 };

/** Returns statistics of a version in Triton's form; fields that this server does not measure are 0. */
export function statisticsOf({
  model: { name, version },
  statistics,
}: {
  readonly model: ServedModel;
  readonly statistics: ModelStatistics;
}) {
  const { success, failure, queue, compute, batches, rows, executions, lastAsked } = statistics;
  return {
    name,
    version,
    last_inference: lastAsked,
    inference_count: rows,
    execution_count: executions,
    inference_stats: {
      success: success.value,
      fail: failure.value,
      queue: queue.value,
      compute_input: none,
      compute_infer: compute.value,
      compute_output: none,
      cache_hit: none,
      cache_miss: none,
    },
    batch_stats: [...batches]
      .sort(([a], [b]) => a - b)
      .map(([size, sum]) => ({
        batch_size: size,
        compute_input: none,
        compute_infer: sum.value,
        compute_output: none,
      })),
  };
}
