import { adwin } from '@murmuration/monitoring/streaming/adwin';
import { ddm } from '@murmuration/monitoring/streaming/ddm';
import type { Detector } from '@murmuration/monitoring/streaming/detector';
import { eddm } from '@murmuration/monitoring/streaming/eddm';
import { hddmA } from '@murmuration/monitoring/streaming/hddm-a';
import { hddmW } from '@murmuration/monitoring/streaming/hddm-w';
import { kswin } from '@murmuration/monitoring/streaming/kswin';
import { pageHinkley } from '@murmuration/monitoring/streaming/page-hinkley';
import { describe, expect, it } from 'vitest';
import { uniform } from './uniform.ts';
import { type DetectorCase, drift } from './vectors.ts';

// biome-ignore lint/suspicious/noExplicitAny: detectors with states of their own, side by side
type AnyDetector = Detector<any>;

/** By the names and settings of River. */
function detectorOf({ detector, params }: DetectorCase): AnyDetector {
  const number = (name: string) => params[name] as number | undefined;
  const defined = <T extends object>(options: T) =>
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const hddm = {
    drift: number('drift_confidence'),
    warning: number('warning_confidence'),
    twoSided: params.two_sided_test,
  };
  const made: Readonly<Record<string, () => AnyDetector>> = {
    ADWIN: () =>
      adwin(
        defined({
          delta: number('delta'),
          clock: number('clock'),
          buckets: number('max_buckets'),
          shortest: number('min_window_length'),
          grace: number('grace_period'),
        }),
      ),
    PageHinkley: () =>
      pageHinkley(
        defined({
          least: number('min_instances'),
          delta: number('delta'),
          threshold: number('threshold'),
          alpha: number('alpha'),
          mode: params.mode,
        }),
      ),
    DDM: () =>
      ddm(
        defined({
          least: number('warm_start'),
          warning: number('warning_threshold'),
          drift: number('drift_threshold'),
        }),
      ),
    EDDM: () =>
      eddm(defined({ least: number('warm_start'), warning: number('alpha'), drift: number('beta') })),
    HDDM_A: () => hddmA(defined(hddm)),
    HDDM_W: () => hddmW(defined({ ...hddm, lambda: number('lambda_val') })),
    KSWIN: () =>
      kswin(defined({ alpha: number('alpha'), window: number('window_size'), newest: number('stat_size') })),
  };
  return made[detector]!();
}

function run(detector: AnyDetector, values: readonly number[]) {
  const state = detector.init();
  const drifts: number[] = [];
  const warnings: number[] = [];
  let last: string | undefined;
  values.forEach((value, at) => {
    const signal = detector.update(state, value);
    if (signal === 'drift') drifts.push(at);
    if (signal === 'warning' && last !== 'warning') warnings.push(at);
    last = signal;
  });
  return { drifts, warnings, state };
}

describe('River’s alarms', () => {
  it.each(drift.streamDetectors)('$detector on $stream, $params', given => {
    const { drifts, warnings, state } = run(detectorOf(given), drift.streams[given.stream]!.values);
    if (given.detector === 'KSWIN') {
      // It draws by another generator: the alarm comes at nearly the same value.
      expect(drifts).toHaveLength(1);
      expect(Math.abs(drifts[0]! - given.published.drift[0]!)).toBeLessThanOrEqual(10);
      return;
    }
    expect(drifts).toEqual(given.computed_drift_indices_MOA_compatible ?? given.computed_drift_indices);
    expect(drifts).toEqual(given.published.drift);
    if (given.computed_warning_start_indices) expect(warnings).toEqual(given.computed_warning_start_indices);
    if (given.final) {
      expect(state.width).toBe(given.final.width);
      expect(state.total).toBe(given.final.total);
      expect(state.squares).toBeCloseTo(given.final.variance_sum_sq_dev, 9);
    }
  });
});

const all: readonly (readonly [AnyDetector, 'errors' | 'numbers'])[] = [
  [adwin(), 'numbers'],
  [pageHinkley(), 'numbers'],
  [ddm(), 'errors'],
  [eddm(), 'errors'],
  [hddmA({ twoSided: true }), 'errors'],
  [hddmW({ twoSided: true }), 'errors'],
  [kswin({ alpha: 0.0001 }), 'numbers'],
];

/** A stream that changes in its middle. */
function stream(kind: 'errors' | 'numbers', length: number, seed = 7): number[] {
  const random = uniform(seed);
  return Array.from({ length }, (_, at) => {
    const isLater = at >= length / 2;
    if (kind === 'errors') return Number(random() < (isLater ? 0.6 : 0.1));
    return random() + (isLater ? 5 : 0);
  });
}

describe.each(all.map(([detector, kind]) => ({ name: detector.name, detector, kind })))(
  '$name',
  ({ detector, kind }) => {
    it('finds a change soon after it, and none before', () => {
      const { drifts } = run(detector, stream(kind, 4_000));
      expect(drifts.find(at => at >= 2_000)).toBeLessThan(2_200);
      // EDDM looks at distances between errors, which vary.
      if (detector.name !== 'EDDM') expect(drifts.filter(at => at < 2_000)).toEqual([]);
    });

    it('goes on from a state that was saved as text, at any value', () => {
      const values = stream(kind, 600);
      const whole = run(detector, values);
      for (const cut of [0, 1, 31, 299, 305, 320, 599]) {
        let state = detector.init();
        const signals: (string | undefined)[] = [];
        values.forEach((value, at) => {
          if (at === cut) state = JSON.parse(JSON.stringify(state));
          signals.push(detector.update(state, value));
        });
        expect(signals.flatMap((signal, at) => (signal === 'drift' ? [at] : []))).toEqual(whole.drifts);
        expect(state).toEqual(whole.state);
      }
    });

    it('keeps a state that hardly grows', () => {
      const state = detector.init();
      const random = uniform(5);
      let size = 0;
      for (let at = 0; at < 50_000; at++) {
        detector.update(state, kind === 'errors' ? Number(random() < 0.1) : random());
        if (at === 25_000) size = JSON.stringify(state).length;
      }
      expect(JSON.stringify(state).length).toBeLessThan(size + 1_000);
    });

    it('begins anew after a drift', () => {
      const values = stream(kind, 4_000);
      const first = run(detector, values).drifts.find(at => at >= 2_000)!;
      const fresh = run(detector, values.slice(first + 1));
      const state = detector.init();
      const later = values.flatMap((value, at) =>
        detector.update(state, value) === 'drift' && at > first ? [at - first - 1] : [],
      );
      if (detector.name !== 'KSWIN') expect(later).toEqual(fresh.drifts);
      else expect(later).toEqual([]);
    });
  },
);

describe('ADWIN', () => {
  it('keeps sums of what is in its window, whatever it merged', () => {
    const detector = adwin({ clock: 1_000_000 });
    const state = detector.init();
    const random = uniform(11);
    const values = Array.from({ length: 5_000 }, () => random() * 10);
    for (const value of values) detector.update(state, value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(state.width).toBe(values.length);
    expect(state.total / state.width).toBeCloseTo(mean, 10);
    expect(state.squares).toBeCloseTo(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
      6,
    );
    expect(state.counts.reduce((sum, count, row) => sum + count * 2 ** row, 0)).toBe(values.length);
  });
});

describe('settings that make no sense', () => {
  it.each([
    () => adwin({ delta: 0 }),
    () => adwin({ buckets: 1 }),
    () => pageHinkley({ alpha: 1.5 }),
    () => ddm({ warning: 3, drift: 2 }),
    () => eddm({ warning: 0.8, drift: 0.9 }),
    () => hddmA({ warning: 0.0001 }),
    () => hddmW({ lambda: 0 }),
    () => kswin({ newest: 60 }),
    () => kswin({ seed: Number.NaN }),
  ])('case %# is refused', make => {
    expect(make).toThrow(/is from .* to .*, not/);
  });
});
