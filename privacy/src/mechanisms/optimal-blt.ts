import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { minimize } from '../numerics/minimize.ts';
import { type Blt, bltNoising, bltStrategy } from './blt.ts';
import { checkedParticipation, type Participation } from './participation.ts';
import { type Errors, errorsOf, sensitivitySquared } from './toeplitz.ts';

/** Purpose that BLT noise is optimised for. */
export interface BltPurpose extends Participation {
  /** Buffers, each of the model's size; 4 by default, beyond which little is gained. */
  readonly buffers?: number | undefined;
  /** Error to minimise; `rootMax` by default. */
  readonly error?: keyof Errors;
}

/** Parameters of BLT noise, and its errors. */
export interface OptimalBlt extends Errors {
  readonly blt: Blt;
  readonly sensitivitySquared: number;
}

const mostBuffers = 8;

/**
 * Finds the BLT with `buffers` buffers whose noise has the smallest error at the same ε, for a participation
 * (McMahan et al. 2024, arXiv 2408.08868, § 4): minimises sensitivity × error over ln ω and the logits of θ
 * from several starts; minima that these miss are less than 1 % better. Takes a second or two for 10⁵ rounds
 * and 2 buffers, and a tenth of it for 2,000 and 4.
 * @throws MurmurationError `config.invalid` for participations that don't fit the rounds, and for more than 8
 * buffers.
 */
export function optimalBlt({ buffers = 4, error = 'rootMax', ...participation }: BltPurpose): OptimalBlt {
  const { n, b } = checkedParticipation(participation);
  if (!(Number.isSafeInteger(buffers) && buffers >= 1 && buffers <= mostBuffers))
    throw new MurmurationError(
      'config.invalid',
      `BLT noise has 1 to ${mostBuffers} buffers; found ${buffers}.`,
    );
  const costs = (blt: Blt): OptimalBlt => {
    const squared = sensitivitySquared(bltStrategy(blt, n), participation);
    return { blt, sensitivitySquared: squared, ...errorsOf(bltNoising(blt, n), n, squared) };
  };
  const logError = (point: readonly number[]) => {
    const blt = bltAt(point);
    return sumOf(blt.omega) <= 1 ? Math.log(costs(blt)[error]) : Infinity;
  };
  // There are local minima, in which two buffers are the same.
  const found = slowest(n, b).map(rest => minimize(logError, startOf(buffers, rest)));
  const { at } = found.reduce((best, each) => (each.value < best.value ? each : best));
  const { theta, omega } = bltAt(at);
  const order = theta.map((_, j) => j).sort((a, b) => theta[b]! - theta[a]!);
  return costs({ theta: order.map(j => theta[j]!), omega: order.map(j => omega[j]!) });
}

/** θ = 1 / (1 + exp(−x)), ω = exp(y), of the numbers x and then y. */
function bltAt(point: readonly number[]): Blt {
  const half = point.length / 2;
  return {
    theta: point.slice(0, half).map(x => 1 / (1 + Math.exp(-x))),
    omega: point.slice(half).map(Math.exp),
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Share that the slowest buffer forgets in a round, at the start of each search. */
const slowest = (rounds: number, separation: number): readonly number[] => [
  ...new Set([1 / (rounds + 2), 1 / (separation + 2), 1e-4]),
];

/**
 * Start of a search: exponentials that add up to about 1 / √(1 − x), the best strategy without buffers: (1/π)
 * ∫ θ^i (θ (1 − θ))^(−½) dθ over equal steps of the logarithm of 1 − θ, from `rest` to 0.9.
 */
function startOf(buffers: number, rest: number): number[] {
  const [low, high] = [Math.log(rest), Math.log(0.9)];
  const step = (high - low) / buffers;
  const rests = Array.from({ length: buffers }, (_, j) => Math.exp(low + (j + 0.5) * step));
  return [
    ...rests.map(rest => Math.log((1 - rest) / rest)),
    ...rests.map(rest => Math.log((step * Math.sqrt(rest * (1 - rest))) / Math.PI)),
  ];
}
