import { adwin } from '@murmuration/monitoring/streaming/adwin';
import { ddm } from '@murmuration/monitoring/streaming/ddm';
import type { Detector } from '@murmuration/monitoring/streaming/detector';
import { eddm } from '@murmuration/monitoring/streaming/eddm';
import { hddmA } from '@murmuration/monitoring/streaming/hddm-a';
import { hddmW } from '@murmuration/monitoring/streaming/hddm-w';
import { kswin } from '@murmuration/monitoring/streaming/kswin';
import { pageHinkley } from '@murmuration/monitoring/streaming/page-hinkley';
import { median, round } from '../benchmark.ts';
import { stopwatch } from '../stopwatch.ts';
import { draws } from './draws.ts';

const trials = 5;
const values = 400_000;

/** Millions of values that each detector takes in a CPU second: errors of a model that gets worse at half, by name. */
export function detectorRates(): Record<string, number> {
  const random = draws(1);
  const errors = Float64Array.from({ length: values }, (_, at) =>
    Number(random() < (at < values / 2 ? 0.1 : 0.2)),
  );
  const numbers = Float64Array.from({ length: values }, (_, at) => random() + Number(at >= values / 2));
  return {
    adwin: rate(adwin(), numbers),
    pageHinkley: rate(pageHinkley(), numbers),
    ddm: rate(ddm(), errors),
    eddm: rate(eddm(), errors),
    hddmA: rate(hddmA({ twoSided: true }), errors),
    hddmW: rate(hddmW({ twoSided: true }), errors),
    kswin: rate(kswin(), numbers),
  };
}

function rate<State>(detector: Detector<State>, stream: Float64Array): number {
  const rates: number[] = [];
  for (let trial = -1; trial < trials; trial++) {
    const cpu = stopwatch();
    const state = detector.init();
    cpu.time(() => {
      for (let at = 0; at < stream.length; at++) detector.update(state, stream[at]!);
    });
    // The first trial is the warm-up of the compilers.
    if (trial >= 0) rates.push(stream.length / 1_000 / cpu.milliseconds);
  }
  return round(median(rates));
}
