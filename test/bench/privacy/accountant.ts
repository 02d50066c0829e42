import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { accountOf, renyiOf } from '@murmuration/privacy/accountants/account';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { renyiEpsilon } from '@murmuration/privacy/accountants/renyi';
import { bisrStrategy } from '@murmuration/privacy/mechanisms/bisr';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { sensitivitySquared } from '@murmuration/privacy/mechanisms/toeplitz';
import { type BenchmarkOptions, type Figures, median, round } from '../benchmark.ts';

const trials = 7;
const [rounds, separation, participations, bands] = [2_052, 342, 6, 342];

/**
 * Milliseconds of CPU time for the ε of sampled Gaussian noise by Rényi divergence and by privacy loss distributions, for that of Gaussian noise by
 * the exact curve, and for the sensitivity of BISR; medians. The baseline is the divergence of each order by its sum over 10⁵ steps. --q,
 * --sigma, --times, --delta.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      q: { type: 'string', default: '0.01' },
      sigma: { type: 'string', default: '1' },
      times: { type: 'string', default: '1000' },
      delta: { type: 'string', default: '1e-5' },
    },
  });
  const [q, sigma, times, delta] = [options.q, options.sigma, options.times, options.delta].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const of = { kind: 'sampled', probability: q, of: { kind: 'gaussian', noiseMultiplier: sigma } } as const;
  const mechanism: Mechanism = { kind: 'repeated', times, of };

  const rdp = timed(() => renyiEpsilon(renyiOf(mechanism), delta).value);
  log(`rdp: ${rdp.milliseconds} ms`);
  const pld = timed(() => accountOf(mechanism).epsilonAt(delta));
  log(`pld: ${pld.milliseconds} ms`);
  const gaussian = timed(() => gaussianEpsilon(Math.sqrt(times) / sigma, delta));
  const sensitivity = timed(() =>
    sensitivitySquared(bisrStrategy(bands, rounds), { rounds, separation, participations }),
  );
  const plain = timed(() => plainDivergence(q, sigma, 2.5));
  return {
    rdpMs: rdp.milliseconds,
    pldMs: pld.milliseconds,
    gaussianMs: gaussian.milliseconds,
    sensitivityMs: sensitivity.milliseconds,
    baseline: { plainSumOfOneOrderMs: plain.milliseconds },
    epsilon: { rdp: rdp.result, pld: pld.result, unsampled: gaussian.result },
    sensitivitySquared: sensitivity.result,
    q,
    sigma,
    times,
    delta,
    rounds,
    separation,
    participations,
    bands,
    node: process.version,
    cores: availableParallelism(),
  };
}

/** The median of some trials after one that warms up the compiler. */
function timed(work: () => number): { milliseconds: number; result: number } {
  const spent: number[] = [];
  let result = work();
  for (let trial = 0; trial < trials; trial++) {
    const before = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(before);
    spent.push((user + system) / 1_000);
  }
  return { milliseconds: round(median(spent)), result };
}

/** The Rényi divergence of one order, by its integral in equal steps. */
function plainDivergence(q: number, sigma: number, order: number): number {
  let sum = 0;
  const step = (20 * sigma + order) / 100_000;
  for (let x = -10 * sigma; x < 10 * sigma + order; x += step)
    sum +=
      (1 - q + q * Math.exp((2 * x - 1) / (2 * sigma ** 2))) ** order * Math.exp((-x * x) / (2 * sigma ** 2));
  return Math.log((sum * step) / (sigma * Math.sqrt(2 * Math.PI))) / (order - 1);
}
