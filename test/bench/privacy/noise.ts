import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bisrNoise, independentNoise } from '@murmuration/privacy/mechanisms/banded-noise';
import { type BltState, bltNoise } from '@murmuration/privacy/mechanisms/blt-noise';
import { skellamNoise } from '@murmuration/privacy/samplers/noise';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { type BenchmarkOptions, type Figures, median, round } from '../benchmark.ts';

const trials = 3;
const bands = 64;
/** Four buffers, as published for 100 rounds with a separation of 50 (google-parfait/federated-compute). */
const blt = {
  theta: [0.9999999999921251, 0.9944453083640997, 0.8985923474607591, 0.4912001418098778],
  omega: [0.0070314825502323835, 0.10613806907600574, 0.1898159060327625, 0.1966594748073734],
};
const skellamVariance = 100;
const skellamCount = 2_000_000;

/**
 * CPU seconds of the noise of one round: BISR with 64 bands, all of them made again from their seeds, BLT with four buffers, and independent noise; and
 * Skellam numbers of variance 100 in a second. The baseline is as many normal numbers by Box and Muller from `Math.random`. Medians; `peakMiB` is how
 * far the resident memory grows beyond the sum, for the mechanism that takes the most. --values.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values: options } = parseArgs({
    args: [...args],
    options: { values: { type: 'string', default: '1400000' } },
  });
  const values = Number(options.values);
  const seeds = new Map<number, Uint8Array>();
  const seedOf = (number: number): Uint8Array => {
    let seed = seeds.get(number);
    if (!seed) {
      seed = randomBytes(32);
      seeds.set(number, seed);
    }
    return seed;
  };
  const noise = { primitives: native, seedOf, stddev: 1 };
  const sum = new Float32Array(values).fill(1);

  const [regenerated, independent] = [bisrNoise(bands, noise), independentNoise(noise)];
  const bisr = measured('BISR', log, number => regenerated.addTo(sum, bands + number));
  const plain = measured('independent', log, number => independent.addTo(sum, number));
  const streaming = bltNoise(blt, noise);
  let state: BltState | undefined;
  const buffered = measured('BLT', log, number => {
    state ??= streaming.init(values);
    streaming.addTo(sum, number, state);
  });
  const skellam = skellamRates();
  return {
    bltSeconds: buffered.seconds,
    bisrSeconds: bisr.seconds,
    independentSeconds: plain.seconds,
    peakMiB: Math.max(bisr.peakMiB, plain.peakMiB, buffered.peakMiB),
    mibs: { bisr: bisr.peakMiB, independent: plain.peakMiB, blt: buffered.peakMiB },
    skellamPerSecond: Math.round(median(skellam)),
    baseline: { boxMullerSeconds: round(median([0, 1, 2].map(() => seconds(() => boxMuller(sum))))) },
    values,
    bands,
    buffers: blt.theta.length,
    skellamVariance,
    node: process.version,
    cores: availableParallelism(),
  };
}

/** CPU seconds of a round, the median of some after one that warms up the compiler, and how far the resident memory grows meanwhile. */
function measured(
  name: string,
  log: (line: string) => void,
  work: (round: number) => void,
): { seconds: number; peakMiB: number } {
  const before = process.memoryUsage.rss();
  let highest = before;
  const spent: number[] = [];
  for (let trial = 0; trial <= trials; trial++) {
    const cpu = seconds(() => work(trial));
    highest = Math.max(highest, process.memoryUsage.rss());
    if (trial > 0) spent.push(cpu);
  }
  const figures = { seconds: round(median(spent)), peakMiB: round((highest - before) / 2 ** 20) };
  log(`${name}: ${figures.seconds} s, ${figures.peakMiB} MiB`);
  return figures;
}

function skellamRates(): number[] {
  const noise = skellamNoise(skellamVariance);
  const numbers = new Int32Array(skellamCount);
  const rates = Array.from(
    { length: trials + 1 },
    () => skellamCount / seconds(() => noise.addTo(numbers, systemRandom)),
  );
  return rates.slice(1);
}

/** The baseline: no cryptography, no seeds, and nothing of what rounds share. */
function boxMuller(sum: Float32Array): void {
  for (let i = 0; i < sum.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    sum[i] = sum[i]! + radius * Math.cos(angle);
    sum[i + 1] = sum[i + 1]! + radius * Math.sin(angle);
  }
}

function seconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
