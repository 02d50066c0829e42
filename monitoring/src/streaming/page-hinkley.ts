import { type Detector, within } from './detector.ts';

export interface PageHinkleyOptions {
  /** Values before the first alarm. */
  readonly least?: number;
  /** How far the mean may move unnoticed. */
  readonly delta?: number;
  /** The sum of distances that is an alarm. */
  readonly threshold?: number;
  /** What a sum keeps of itself from value to value. */
  readonly alpha?: number;
  /** Which moves of the mean count. */
  readonly mode?: 'up' | 'down' | 'both';
}

export interface PageHinkleyState {
  n: number;
  mean: number;
  up: number;
  lowestUp: number;
  down: number;
  highestDown: number;
  ended: boolean;
}

function empty(): PageHinkleyState {
  return { n: 0, mean: 0, up: 0, lowestUp: 0, down: 0, highestDown: 0, ended: false };
}

/** The test of Page 1954, with the forgetting of Mouss et al. 2004: adds up how far values are from their running mean. */
export function pageHinkley(options: PageHinkleyOptions = {}): Detector<PageHinkleyState> {
  const least = within('least', options.least ?? 30, 1, 1e9);
  const delta = within('delta', options.delta ?? 0.005, 0, Number.MAX_VALUE);
  const threshold = within('threshold', options.threshold ?? 50, 0, Number.MAX_VALUE);
  const alpha = within('alpha', options.alpha ?? 0.9999, 0, 1);
  const { mode = 'both' } = options;
  return {
    name: 'Page–Hinkley',
    init: empty,
    update(state, value) {
      if (state.ended) Object.assign(state, empty());
      state.n += 1;
      state.mean += (value - state.mean) / state.n;
      const away = value - state.mean;
      state.up = alpha * state.up + away - delta;
      state.down = alpha * state.down + away + delta;
      const isFirst = state.n === 1;
      if (isFirst || state.up < state.lowestUp) state.lowestUp = state.up;
      if (isFirst || state.down > state.highestDown) state.highestDown = state.down;
      if (state.n < least) return undefined;
      state.ended =
        (mode !== 'down' && state.up - state.lowestUp > threshold) ||
        (mode !== 'up' && state.highestDown - state.down > threshold);
      return state.ended ? 'drift' : undefined;
    },
  };
}
