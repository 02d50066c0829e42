import { logUpperTail } from '@murmuration/privacy/numerics/normal';

/** ln |binomial(α, i)| and its sign, by the product. */
function binomial(order: number, i: number): { log: number; sign: number } {
  let [log, sign] = [0, 1];
  for (let k = 0; k < i; k++) {
    log += Math.log(Math.abs(order - k) / (k + 1));
    sign *= Math.sign(order - k);
  }
  return { log, sign };
}

/**
 * Rényi divergence of the sampled Gaussian mechanism by the series of Mironov, Talwar & Zhang 2019, § 3.3. Newer versions of dp_accounting add
 * up the magnitudes of its alternating terms (`magnitudes`), which is an upper bound; older ones, and we, have the divergence itself.
 */
export function renyiBySeries(q: number, sigma: number, order: number, magnitudes = false): number {
  const border = sigma ** 2 * Math.log(1 / q - 1) + 0.5;
  let sum = 0;
  for (let i = 0; i < 2_000; i++) {
    const j = order - i;
    const { log, sign } = binomial(order, i);
    const below =
      log +
      i * Math.log(q) +
      j * Math.log1p(-q) +
      (i * i - i) / (2 * sigma ** 2) +
      logUpperTail((i - border) / sigma);
    const above =
      log +
      j * Math.log(q) +
      i * Math.log1p(-q) +
      (j * j - j) / (2 * sigma ** 2) +
      logUpperTail((border - j) / sigma);
    sum += (magnitudes ? 1 : sign) * (Math.exp(below) + Math.exp(above));
    if (Math.max(below, above) < -40 && i > order) break;
  }
  return Math.log(sum) / (order - 1);
}
