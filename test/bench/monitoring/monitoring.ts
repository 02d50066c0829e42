import { availableParallelism } from 'node:os';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import type { ReportMeasure, ReportOrder } from './report.ts';
import { requestPath } from './request-path.ts';

const order: ReportOrder = { features: 100, rows: 100_000 };

/**
 * Measures the cost of watching a model: a drift report of many features in a process of its own, and the
 * CPU time that a log and a monitor add to a request of a small dense model.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0)
    throw new Error(`The benchmark monitoring takes no arguments, but got ${args.join(' ')}.`);
  log(`A drift report over ${order.features} features of ${order.rows} rows, before and now …`);
  const reporter = new SecondProcess<ReportOrder, ReportMeasure>(new URL('./report.ts', import.meta.url));
  const report = await reporter.run<ReportMeasure>(order).finally(() => reporter.end());
  log('Requests without and with a log and a monitor …');
  const { plainMs, watchedMs } = await requestPath();
  return {
    reportSeconds: round(report.seconds),
    reportMiB: round(report.peakMiB),
    reportDrifted: report.drifted,
    requestPathMs: round(watchedMs - plainMs),
    plainMs,
    watchedMs,
    ...order,
    node: process.version,
    cores: availableParallelism(),
  };
}
