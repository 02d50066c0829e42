import { driftReport } from '@murmuration/monitoring/report/drift-report';
import { answerOrders } from '../second-process.ts';
import { draws } from './draws.ts';

export interface ReportOrder {
  readonly features: number;
  /** In each of both samples. */
  readonly rows: number;
}

export interface ReportMeasure {
  /** Of the report alone. */
  readonly seconds: number;
  /** Of the whole process, with the samples. */
  readonly peakMiB: number;
  readonly drifted: number;
}

/** Every tenth feature has moved. Sums of two draws: many distinct values. */
answerOrders<ReportOrder, ReportMeasure>(async ({ features, rows }) => {
  const random = draws(7);
  const column = (shift: number) => Float32Array.from({ length: rows }, () => random() + random() + shift);
  const inputs = Array.from({ length: features }, (_, at) => ({
    name: `feature ${at}`,
    reference: column(0),
    current: column(at % 10 === 0 ? 0.2 : 0),
  }));
  const began = performance.now();
  const { overview } = driftReport(inputs, { at: 0 });
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, peakMiB: process.resourceUsage().maxRSS / 1_024, drifted: overview.drifted };
});
