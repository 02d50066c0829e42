import { type Detector, type Signal, within } from './detector.ts';

export interface EddmOptions {
  /** Errors before the first alarm. */
  readonly least?: number;
  /** The share of the widest distance between errors that is a warning. */
  readonly warning?: number;
  /** The share of it that is a drift. */
  readonly drift?: number;
}

export interface EddmState {
  n: number;
  errors: number;
  /** `n` at the last error. */
  last: number;
  mean: number;
  squares: number;
  widest: number;
  warned: boolean;
  ended: boolean;
}

function empty(): EddmState {
  return { n: 0, errors: 0, last: 0, mean: 0, squares: 0, widest: -1, warned: false, ended: false };
}

/** The early drift detection method of Baena-García et al. 2006, by distances between errors: 1 where a model was wrong, 0 where it was right. */
export function eddm(options: EddmOptions = {}): Detector<EddmState> {
  const least = within('least', options.least ?? 30, 1, 1e9);
  const drift = within('drift', options.drift ?? 0.9, 0, 1);
  const warning = within('warning', options.warning ?? 0.95, drift, 1);
  const signal = (state: EddmState): Signal | undefined => (state.warned ? 'warning' : undefined);
  return {
    name: 'EDDM',
    init: empty,
    update(state, error) {
      if (state.ended) Object.assign(state, empty());
      state.n += 1;
      if (error !== 1) return signal(state);
      const distance = state.n - state.last;
      state.last = state.n;
      state.errors += 1;
      const away = distance - state.mean;
      state.mean += away / state.errors;
      state.squares += away * (distance - state.mean);
      if (state.n <= least) return signal(state);
      const variance = state.errors > 1 ? state.squares / (state.errors - 1) : 0;
      const wide = state.mean + 2 * Math.sqrt(variance);
      if (wide > state.widest) state.widest = wide;
      else if (state.errors > least) {
        const level = wide / state.widest;
        state.ended = level < drift;
        state.warned = !state.ended && level < warning;
        if (state.ended) return 'drift';
      }
      return signal(state);
    },
  };
}
