import { logGamma } from './gamma.ts';

/**
 * Returns the share of samples of `n` values whose empirical distribution is farther than `distance` from
 * the distribution that they were drawn from. This is Kolmogorov's two-sided statistic, by the methods that
 * Simard and L'Ecuyer 2011 choose for each region. `distance` is from 0 to 1.
 */
export function kolmogorovAbove(n: number, distance: number): number {
  if (distance >= 1) return 0;
  const t = n * distance;
  if (t <= 0.5) return 1;
  if (t >= n - 1) return 2 * (1 - distance) ** n;
  const square = t * distance;
  if (n <= 140) return square <= 4 ? 1 - durbin(n, distance) : 2 * oneSided(n, distance);
  if (square >= 370) return 0;
  if (square >= 2.2) return 2 * oneSided(n, distance);
  if (n <= 100_000 && n * distance ** 1.5 <= 1.4) return 1 - durbin(n, distance);
  return Math.min(1, Math.max(0, 1 - pelzGood(n, distance)));
}

/** Returns the share above `distance` on one side (Smirnov 1944). */
function oneSided(n: number, distance: number): number {
  const all = logGamma(n + 1);
  let sum = 0;
  for (let j = 0; ; j++) {
    const rest = 1 - distance - j / n;
    if (rest <= 0) return distance * sum;
    const choose = all - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(choose + (j - 1) * Math.log(distance + j / n) + (n - j) * Math.log(rest));
  }
}

/** Returns the share below, by a power of a small matrix (Durbin 1968; Marsaglia, Tsang and Wang 2003). */
function durbin(n: number, distance: number): number {
  const k = Math.ceil(n * distance);
  const h = k - n * distance;
  const size = 2 * k - 1;
  const start = Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    if (j > i + 1) return 0;
    let value = 1;
    if (j === 0) value -= h ** (i + 1);
    if (i === size - 1) value -= h ** (size - j);
    if (i - j === size - 1) value += Math.max(0, 2 * h - 1) ** size;
    for (let g = 2; g <= i - j + 1; g++) value /= g;
    return value;
  });
  const raised = power({ matrix: start, exponent: 0 }, n, size);
  let exponent = raised.exponent;
  let share = raised.matrix[(k - 1) * size + k - 1]!;
  for (let i = 1; i <= n; i++) {
    share = (share * i) / n;
    if (share < 1e-140) {
      share *= 1e140;
      exponent -= 140;
    }
  }
  return share * 10 ** exponent;
}

/** Square matrix times 10^exponent. */
interface Scaled {
  readonly matrix: Float64Array;
  readonly exponent: number;
}

function power(base: Scaled, n: number, size: number): Scaled {
  if (n === 1) return base;
  const half = power(base, Math.floor(n / 2), size);
  const square = times(half, half, size);
  return scaled(n % 2 === 0 ? square : times(base, square, size), size);
}

function times(a: Scaled, b: Scaled, size: number): Scaled {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a.matrix[i * size + k]!;
      for (let j = 0; j < size; j++) matrix[i * size + j]! += factor * b.matrix[k * size + j]!;
    }
  }
  return { matrix, exponent: a.exponent + b.exponent };
}

function scaled({ matrix, exponent }: Scaled, size: number): Scaled {
  const middle = (size - 1) / 2;
  if (matrix[middle * size + middle]! <= 1e140) return { matrix, exponent };
  return { matrix: matrix.map(value => value * 1e-140), exponent: exponent + 140 };
}

/** Returns the share below, by a series in 1 / √n (Pelz and Good 1976). */
function pelzGood(n: number, distance: number): number {
  const z = Math.sqrt(n) * distance;
  const z2 = z ** 2;
  const z4 = z ** 4;
  const z6 = z ** 6;
  const pi2 = Math.PI ** 2;
  const pi4 = Math.PI ** 4;
  const pi6 = Math.PI ** 6;
  const exponent = -pi2 / 8 / z2;
  const terms = Math.ceil((16 * z) / Math.PI);
  const k: [number, number, number, number] = [0, 0, 0, 0];
  for (let at = terms; at >= 1; at--) {
    const m2 = (2 * at - 1) ** 2;
    const m4 = m2 ** 2;
    const m6 = m2 ** 3;
    const weight = Math.exp(exponent * m2);
    k[0] += weight;
    k[1] += weight * (-z2 + (pi2 / 4) * m2);
    k[2] +=
      weight * (6 * z6 + 2 * z4 + (((2 * z4 - 5 * z2) * pi2) / 4) * m2 + ((pi4 * (1 - 2 * z2)) / 16) * m4);
    k[3] +=
      weight *
      (-30 * z6 -
        90 * z ** 8 +
        ((pi2 * (135 * z4 - 96 * z6)) / 4) * m2 +
        ((pi4 * (-60 * z2 + 212 * z4)) / 16) * m4 +
        ((pi6 * (5 - 30 * z2)) / 64) * m6);
  }
  const root = Math.sqrt(2 * Math.PI);
  k[0] *= root / z;
  k[1] *= root / (6 * z4);
  k[2] *= root / (72 * z ** 7);
  k[3] *= root / (6_480 * z ** 10);
  for (let at = terms; at >= 1; at--) {
    const weight = at ** 2 * Math.exp(((-pi2 / 2) * at ** 2) / z2);
    k[2] -= (weight * pi2 * root) / (36 * z ** 3);
    k[3] += (weight * (3 * z2 - pi2 * at ** 2) * pi2 * root) / (216 * z6);
  }
  return k[0] + k[1] / Math.sqrt(n) + k[2] / n + k[3] / n ** 1.5;
}
