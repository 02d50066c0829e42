import { type Detector, within } from './detector.ts';

export interface AdwinOptions {
  /** The chance of a false alarm at one check. */
  readonly delta?: number;
  /** Values from check to check. */
  readonly clock?: number;
  /** Buckets of one size, before two become one of the next. */
  readonly buckets?: number;
  /** Values on each side of a cut at least. */
  readonly shortest?: number;
  /** Values before the first check. */
  readonly grace?: number;
}

export interface AdwinState {
  /** Values in the window. */
  width: number;
  /** Their sum. */
  total: number;
  /** Sum of their squared distances from their mean. */
  squares: number;
  ticks: number;
  ended: boolean;
  /** By size, the smallest first: how many buckets hold 2^row values. */
  readonly counts: number[];
  /** By row, the oldest bucket first. */
  readonly totals: number[];
  readonly variances: number[];
}

function clear(state: AdwinState): void {
  state.width = 0;
  state.total = 0;
  state.squares = 0;
  state.ticks = 0;
  state.ended = false;
  state.counts.length = 0;
  state.totals.length = 0;
  state.variances.length = 0;
}

/**
 * The adaptive window of Bifet and Gavaldà 2007, in the form of MOA: it keeps the values since the last change in buckets that double, so
 * memory grows with the logarithm of the window. `width` and `total` of its state give the mean since then.
 */
export function adwin(options: AdwinOptions = {}): Detector<AdwinState> {
  const delta = within('delta', options.delta ?? 0.002, Number.MIN_VALUE, 1);
  const clock = within('clock', options.clock ?? 32, 1, 1e9);
  const buckets = within('buckets', options.buckets ?? 5, 2, 100);
  const shortest = within('shortest', options.shortest ?? 5, 1, 1e9);
  const grace = within('grace', options.grace ?? 10, 0, 1e9);
  /** One more than are kept: it is there until two are merged. */
  const perRow = buckets + 1;

  function push(state: AdwinState, row: number, total: number, variance: number): void {
    const at = row * perRow + (state.counts[row] ?? 0);
    while (state.totals.length < (row + 1) * perRow) {
      state.totals.push(0);
      state.variances.push(0);
    }
    state.totals[at] = total;
    state.variances[at] = variance;
    state.counts[row] = (state.counts[row] ?? 0) + 1;
  }

  /** Takes the oldest buckets out of a row. */
  function shift({ counts, totals, variances }: AdwinState, row: number, by: number): void {
    const first = row * perRow;
    const count = counts[row]!;
    for (let at = by; at < count; at++) {
      totals[first + at - by] = totals[first + at]!;
      variances[first + at - by] = variances[first + at]!;
    }
    counts[row] = count - by;
  }

  function insert(state: AdwinState, value: number): void {
    if (state.width > 0) {
      const away = value - state.total / state.width;
      state.squares += (state.width * away * away) / (state.width + 1);
    }
    state.width += 1;
    state.total += value;
    push(state, 0, value, 0);
    for (let row = 0; state.counts[row]! > buckets; row++) {
      const first = row * perRow;
      const size = 2 ** row;
      const [a, b] = [state.totals[first]!, state.totals[first + 1]!];
      const apart = (a - b) / size;
      const variance = state.variances[first]! + state.variances[first + 1]! + (size * apart * apart) / 2;
      push(state, row + 1, a + b, variance);
      shift(state, row, 2);
    }
  }

  function forgetOldest(state: AdwinState): void {
    const row = state.counts.length - 1;
    const size = 2 ** row;
    const total = state.totals[row * perRow]!;
    const variance = state.variances[row * perRow]!;
    state.width -= size;
    state.total -= total;
    const apart = total / size - state.total / state.width;
    state.squares -= variance + (size * state.width * apart * apart) / (size + state.width);
    shift(state, row, 1);
    if (state.counts[row] === 0) {
      state.counts.pop();
      state.totals.length = row * perRow;
      state.variances.length = row * perRow;
    }
  }

  /** Whether the means before and after some cut are too far apart for one distribution. */
  function hasChanged({ width, total, squares, counts, totals }: AdwinState): boolean {
    const strict = Math.log((2 * Math.log(width)) / delta);
    const spread = 2 * (squares / width) * strict;
    let older = 0;
    let olderTotal = 0;
    for (let row = counts.length - 1; row >= 0; row--) {
      const size = 2 ** row;
      const count = counts[row]!;
      for (let at = 0; at < count; at++) {
        older += size;
        olderTotal += totals[row * perRow + at]!;
        const newer = width - older;
        if (newer < shortest || newer === 0) return false;
        if (older < shortest) continue;
        const inverse = 1 / (older - shortest + 1) + 1 / (newer - shortest + 1);
        const bound = Math.sqrt(spread * inverse) + (2 / 3) * strict * inverse;
        if (Math.abs(olderTotal / older - (total - olderTotal) / newer) > bound) return true;
      }
    }
    return false;
  }

  return {
    name: 'ADWIN',
    init: () => ({
      width: 0,
      total: 0,
      squares: 0,
      ticks: 0,
      ended: false,
      counts: [],
      totals: [],
      variances: [],
    }),
    update(state, value) {
      if (state.ended) clear(state);
      insert(state, value);
      state.ticks = (state.ticks + 1) % clock;
      if (state.ticks !== 0 || state.width <= grace) return undefined;
      while (hasChanged(state)) {
        forgetOldest(state);
        state.ended = true;
      }
      return state.ended ? 'drift' : undefined;
    },
  };
}
