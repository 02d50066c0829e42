import { type Detector, within } from './detector.ts';

export interface HddmOptions {
  /** The chance of a false drift at one value; over many it adds up. */
  readonly drift?: number;
  /** The same of a false warning. */
  readonly warning?: number;
  /** Whether a mean that falls is an alarm as well. */
  readonly twoSided?: boolean;
}

export interface HddmAState {
  n: number;
  mean: number;
  lowN: number;
  lowMean: number;
  highN: number;
  highMean: number;
  ended: boolean;
}

function empty(): HddmAState {
  return { n: 0, mean: 0, lowN: 0, lowMean: 0, highN: 0, highMean: 0, ended: false };
}

/** By Hoeffding's bounds on averages (Frías-Blanco et al. 2015, A-test), on values from 0 to 1. */
export function hddmA(options: HddmOptions = {}): Detector<HddmAState> {
  const { twoSided = false } = options;
  const drift = within('drift', options.drift ?? 0.001, Number.MIN_VALUE, 1);
  const warning = within('warning', options.warning ?? 0.005, drift, 1);
  const cut = Math.log(1 / drift) / 2;
  const driftCut = Math.log(2 / drift) / 2;
  const warningCut = Math.log(2 / warning) / 2;
  return {
    name: 'HDDM-A',
    init: empty,
    update(state, value) {
      if (state.ended) Object.assign(state, empty());
      state.n += 1;
      state.mean += (value - state.mean) / state.n;
      const { n, mean } = state;
      const bound = Math.sqrt(cut / n);
      if (state.lowN === 0 || state.lowMean + Math.sqrt(cut / state.lowN) >= mean + bound) {
        state.lowN = n;
        state.lowMean = mean;
      }
      if (state.highN === 0 || state.highMean - Math.sqrt(cut / state.highN) <= mean - bound) {
        state.highN = n;
        state.highMean = mean;
      }
      let isWarned = false;
      if (state.lowN !== n) {
        const weight = (n - state.lowN) / state.lowN / n;
        state.ended = mean - state.lowMean >= Math.sqrt(weight * driftCut);
        isWarned = mean - state.lowMean >= Math.sqrt(weight * warningCut);
      }
      if (twoSided && state.highN !== n) {
        const weight = (n - state.highN) / state.highN / n;
        state.ended ||= state.highMean - mean >= Math.sqrt(weight * driftCut);
        isWarned ||= state.highMean - mean >= Math.sqrt(weight * warningCut);
      }
      if (state.ended) return 'drift';
      return isWarned ? 'warning' : undefined;
    },
  };
}
