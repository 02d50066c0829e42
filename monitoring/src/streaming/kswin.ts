import { exactChance } from '../two-sample/kolmogorov-smirnov.ts';
import { type Detector, within } from './detector.ts';

export interface KswinOptions {
  /** The p-value up to which values differ, at each value. */
  readonly alpha?: number;
  /** Values that are kept. */
  readonly window?: number;
  /** The newest of them, which are compared with as many drawn from the others; at most half of the window. */
  readonly newest?: number;
  /** Of what is drawn: a whole number from 1 to 2³² − 1. */
  readonly seed?: number;
}

export interface KswinState {
  n: number;
  /** Of xorshift32. */
  random: number;
  /** The values of the window, ascending. */
  readonly sorted: number[];
  /** Which one each of them was, of `n`. */
  readonly order: number[];
  ended: boolean;
}

/** A difference below this is none, however certain. */
const leastDistance = 0.1;

/** Compares the newest values of a window with a sample of the older ones by Kolmogorov and Smirnov (Raab, Heusinger and Schleif 2020). */
export function kswin(options: KswinOptions = {}): Detector<KswinState> {
  const alpha = within('alpha', options.alpha ?? 0.005, 0, 1);
  const window = within('window', options.window ?? 100, 4, 10_000);
  const newest = within('newest', options.newest ?? 30, 2, Math.floor(window / 2));
  const seed = within('seed', options.seed ?? 2_463_534_242, 1, 0xffff_ffff);
  const older = window - newest;
  /** The least difference, in values, that is an alarm. */
  const apart = Array.from({ length: newest + 1 }, (_, difference) => difference).find(
    difference =>
      difference / newest > leastDistance && exactChance(newest, newest, difference / newest) <= alpha,
  );
  const alarm = apart ?? Number.POSITIVE_INFINITY;

  function insert({ sorted, order, n }: KswinState, value: number): void {
    if (sorted.length === window) {
      const oldest = n - window;
      let at = 0;
      while (order[at] !== oldest) at += 1;
      for (; at < window - 1; at++) {
        sorted[at] = sorted[at + 1]!;
        order[at] = order[at + 1]!;
      }
    } else {
      sorted.push(value);
      order.push(n);
    }
    let at = sorted.length - 1;
    for (; at > 0 && sorted[at - 1]! > value; at--) {
      sorted[at] = sorted[at - 1]!;
      order[at] = order[at - 1]!;
    }
    sorted[at] = value;
    order[at] = n;
  }

  /** The largest difference between counts of the newest and of as many older ones, drawn on the way (Knuth 3.4.2 S). */
  function difference(state: KswinState): number {
    const { sorted, order } = state;
    const since = state.n - newest;
    let random = state.random;
    let left = older;
    let wanted = newest;
    let ahead = 0;
    let most = 0;
    for (let at = 0; at < window; at++) {
      if (order[at]! >= since) ahead += 1;
      else {
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        if (((random >>> 0) / 0x1_0000_0000) * left < wanted) {
          ahead -= 1;
          wanted -= 1;
        }
        left -= 1;
      }
      if (sorted[at + 1] !== sorted[at]) most = Math.max(most, Math.abs(ahead));
    }
    state.random = random;
    return most;
  }

  const empty = (random: number): KswinState => ({ n: 0, random, sorted: [], order: [], ended: false });
  return {
    name: 'KSWIN',
    init: () => empty(seed),
    update(state, value) {
      if (state.ended) {
        state.n = 0;
        state.sorted.length = 0;
        state.order.length = 0;
      }
      insert(state, value);
      state.n += 1;
      state.ended = state.sorted.length === window && difference(state) >= alarm;
      return state.ended ? 'drift' : undefined;
    },
  };
}
