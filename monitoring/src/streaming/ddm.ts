import { type Detector, within } from './detector.ts';

export interface DdmOptions {
  /** Values before the first alarm. */
  readonly least?: number;
  /** Standard deviations above the best error rate that are a warning. */
  readonly warning?: number;
  /** Standard deviations above the best error rate that are a drift. */
  readonly drift?: number;
}

export interface DdmState {
  n: number;
  rate: number;
  /** The error rate and its deviation when their sum was least; 2 before the first. */
  bestRate: number;
  bestDeviation: number;
  ended: boolean;
}

function empty(): DdmState {
  return { n: 0, rate: 0, bestRate: 2, bestDeviation: 0, ended: false };
}

/** The drift detection method of Gama et al. 2004, on errors: 1 where a model was wrong, 0 where it was right. */
export function ddm(options: DdmOptions = {}): Detector<DdmState> {
  const least = within('least', options.least ?? 30, 1, 1e9);
  const warning = within('warning', options.warning ?? 2, 0, 1e6);
  const drift = within('drift', options.drift ?? 3, warning, 1e6);
  return {
    name: 'DDM',
    init: empty,
    update(state, error) {
      if (state.ended) Object.assign(state, empty());
      state.n += 1;
      state.rate += (error - state.rate) / state.n;
      if (state.n <= least) return undefined;
      // A rate of 0 or 1 may be off by the last bit.
      const deviation = Math.sqrt(Math.max(0, state.rate * (1 - state.rate)) / state.n);
      const sum = state.rate + deviation;
      if (sum <= state.bestRate + state.bestDeviation) {
        state.bestRate = state.rate;
        state.bestDeviation = deviation;
      }
      state.ended = sum > state.bestRate + drift * state.bestDeviation;
      if (state.ended) return 'drift';
      return sum > state.bestRate + warning * state.bestDeviation ? 'warning' : undefined;
    },
  };
}
