import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { kernelAccumulator, scalarAccumulator } from '@murmuration/protocol/primitives/accumulator';
import { cipherAccumulator, native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import type { Accumulator } from '@murmuration/protocol/primitives/primitives';
import { applyMasks, collectMasks } from '@murmuration/protocol/secagg/mask-stream';
import { type BenchmarkOptions, type Figures, median, ratioOf, round } from './benchmark.ts';
import { stopwatch } from './stopwatch.ts';

const trials = 5;

/** What expands the key streams, and what adds them. */
const paths = {
  library: () => scalarAccumulator(portable.keystream),
  webAssembly: kernelAccumulator,
  cipherAndLoop: () => scalarAccumulator(native.keystream),
  cipherAndWebAssembly: cipherAccumulator,
} satisfies Record<string, () => Accumulator>;

/**
 * Gigabytes of ChaCha20 key stream that are expanded and added to a vector in a CPU second: by the library and a loop in
 * JavaScript, by WebAssembly, by Node's cipher and a loop, and by Node's cipher and WebAssembly. Trials of the paths alternate;
 * the figures are medians. --values, --width (bits of each, 32 by default), --masks (a quarter of them by the library).
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      values: { type: 'string', default: '1000000' },
      width: { type: 'string', default: '32' },
      masks: { type: 'string', default: '40' },
    },
  });
  const [values, width, count] = [Number(options.values), Number(options.width), Number(options.masks)];
  const bytes = Math.ceil(width / 8) * values;
  const masks = collectMasks(count, i => ({ key: randomBytes(32), sign: i % 2 === 0 ? 1 : -1 }));
  const few = { keys: masks.keys, signs: masks.signs.subarray(0, Math.ceil(count / 4)) };
  const candidates = Object.entries(paths).map(([name, make]) => {
    const accumulator = make();
    return { name, primitives: { ...portable, accumulator: () => accumulator }, rates: [] as number[] };
  });
  for (let trial = -1; trial < trials; trial++) {
    for (const { name, primitives, rates } of candidates) {
      const { signs, keys } = name === 'library' ? few : masks;
      const vector = new Int32Array(values);
      const cpu = stopwatch();
      cpu.time(() => applyMasks(primitives, vector, { keys, signs }, width));
      // The first trial is the warm-up of the compilers.
      if (trial >= 0) rates.push((bytes * signs.length) / (1e6 * cpu.milliseconds));
    }
    if (trial >= 0) log(`trial ${trial + 1} of ${trials}`);
  }
  const gbs = Object.fromEntries(candidates.map(({ name, rates }) => [name, round(median(rates))])) as Record<
    keyof typeof paths,
    number
  >;
  const sums = candidates.map(({ primitives }) => {
    const vector = new Int32Array(values);
    applyMasks(primitives, vector, few, width);
    return Buffer.from(vector.buffer);
  });
  const ratesOf = (wanted: keyof typeof paths) => candidates.find(({ name }) => name === wanted)!.rates;
  const vsLibrary = ratioOf(ratesOf('webAssembly'), ratesOf('library'));
  return {
    portableVsLibrary: vsLibrary.ratio,
    portableVsLibraryRange: vsLibrary.range,
    bestGBs: Math.max(...Object.values(gbs)),
    gbs,
    sameBytes: sums.every(sum => sum.equals(sums[0]!)),
    values,
    width,
    masks: count,
    node: process.version,
    cores: availableParallelism(),
  };
}
