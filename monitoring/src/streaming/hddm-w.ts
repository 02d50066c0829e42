import { type Detector, within } from './detector.ts';
import type { HddmOptions } from './hddm-a.ts';

export interface HddmWOptions extends HddmOptions {
  /** The weight of the newest value. */
  readonly lambda?: number;
}

export interface HddmWState {
  n: number;
  mean: number;
  /** Sum of squared weights of the mean. */
  weight: number;
  low: Cut;
  high: Cut;
  ended: boolean;
}

/** The moving average where its bound was best, and the one of the values since. */
interface Cut {
  bound: number;
  mean: number;
  weight: number;
  /** Values since. */
  n: number;
  since: number;
  sinceWeight: number;
}

function empty(): HddmWState {
  const cut = () => ({ bound: 0, mean: 0, weight: 1, n: 0, since: 0, sinceWeight: 1 });
  return { n: 0, mean: 0, weight: 1, low: cut(), high: cut(), ended: false };
}

/** By McDiarmid's bounds on moving averages (Frías-Blanco et al. 2015, W-test), on values from 0 to 1. */
export function hddmW(options: HddmWOptions = {}): Detector<HddmWState> {
  const { twoSided = false } = options;
  const drift = within('drift', options.drift ?? 0.001, Number.MIN_VALUE, 1);
  const warning = within('warning', options.warning ?? 0.005, drift, 1);
  const lambda = within('lambda', options.lambda ?? 0.05, Number.MIN_VALUE, 1);
  const driftCut = Math.log(1 / drift) / 2;
  const warningCut = Math.log(1 / warning) / 2;

  /** The first value that is not 0 begins an average anew, as in the implementations whose alarms are published. */
  const average = (mean: number, value: number) => (mean === 0 ? value : mean + lambda * (value - mean));
  const weightAfter = (weight: number) => lambda ** 2 + (1 - lambda) ** 2 * weight;

  function advance(cut: Cut, state: HddmWState, bound: number, isBetter: boolean, value: number): void {
    if (isBetter) {
      cut.bound = bound;
      cut.mean = state.mean;
      cut.weight = state.weight;
      cut.n = 0;
      cut.since = 0;
      cut.sinceWeight = 1;
      return;
    }
    cut.since = average(cut.since, value);
    cut.sinceWeight = weightAfter(cut.sinceWeight);
    cut.n += 1;
  }

  return {
    name: 'HDDM-W',
    init: empty,
    update(state, value) {
      if (state.ended) Object.assign(state, empty());
      state.mean = average(state.mean, value);
      state.weight = weightAfter(state.weight);
      state.n += 1;
      const { low, high, mean } = state;
      const margin = Math.sqrt(state.weight * driftCut);
      advance(low, state, mean + margin, state.n === 1 || mean + margin < low.bound, value);
      advance(high, state, mean - margin, state.n === 1 || mean - margin > high.bound, value);
      let isWarned = false;
      if (low.n > 0) {
        const weight = low.weight + low.sinceWeight;
        state.ended = low.since - low.mean > Math.sqrt(weight * driftCut);
        isWarned = low.since - low.mean > Math.sqrt(weight * warningCut);
      }
      if (twoSided && high.n > 0) {
        const weight = high.weight + high.sinceWeight;
        state.ended ||= high.mean - high.since > Math.sqrt(weight * driftCut);
        isWarned ||= high.mean - high.since > Math.sqrt(weight * warningCut);
      }
      if (state.ended) return 'drift';
      return isWarned ? 'warning' : undefined;
    },
  };
}
