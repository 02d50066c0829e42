import { fairShare } from '@murmuration/client-sdk/update/fair';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import { strategyContract } from '@murmuration/rounds/testing/strategy';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

strategyContract('qFedAvg', qFedAvg());
strategyContract('qFedAvg that is very fair', qFedAvg({ q: 5, lipschitz: 10 }));

/** Devices whose losses are (w − a)² · c + b of one weight. */
const devices = [
  { a: -1, b: 0.05, c: 1 },
  { a: -0.9, b: 0.05, c: 1 },
  { a: -1.1, b: 0.05, c: 1 },
  { a: 2, b: 0.05, c: 0.5 },
];
const lossOf = (w: number, { a, b, c }: (typeof devices)[number]) => c * (w - a) ** 2 + b;
const learningRate = 0.05;

/** Where so many rounds of one full gradient step each lead. */
function trained(q: number, bounds = { leastWeight: 0, weightCap: 4_096 }, rounds = 4_000): number {
  const strategy = qFedAvg({ q });
  let state = strategy.init(1);
  let model = new Float32Array(1);
  for (let round = 0; round < rounds; round++) {
    const { scale, ...asked } = strategy.fairness!(state);
    const fairness = { lipschitz: 1 / learningRate, ...asked, unit: scale / 256 };
    let [sum, weights, divisors] = [0, 0, 0];
    for (const device of devices) {
      const w = model[0]!;
      const delta = -learningRate * 2 * device.c * (w - device.a);
      const { weight, divisor } = fairShare(Math.abs(delta), lossOf(w, device), fairness, bounds);
      sum += weight * delta;
      weights += weight;
      divisors += divisor;
    }
    const mean = {
      delta: Float32Array.of(sum / divisors),
      weight: weights,
      scale: (fairness.unit * weights) / devices.length,
    };
    ({ state, model } = strategy.apply(state, model, mean, devices.length) as {
      state: typeof state;
      model: Float32Array<ArrayBuffer>;
    });
  }
  return model[0]!;
}

/** The least of Σ F^(q + 1) / (q + 1) (Li et al. 2020, equation 2), by trying. */
function leastOf(q: number): number {
  let [best, least] = [0, Infinity];
  for (let w = -2; w <= 3; w += 1e-4) {
    const objective = devices.reduce((sum, device) => sum + lossOf(w, device) ** (q + 1) / (q + 1), 0);
    if (objective < least) [best, least] = [w, objective];
  }
  return best;
}

function varianceAt(w: number): number {
  const losses = devices.map(device => lossOf(w, device));
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / losses.length;
}

describe('q-FedAvg', () => {
  it.each([0.01, 1, 2, 5])('comes to where the fair objective of its paper is least, q = %d', q => {
    expect(trained(q)).toBeCloseTo(leastOf(q), 2);
  });

  it('comes closer to it than equal weights do, where weights may differ by a factor of 2.16 only', () => {
    const fair = leastOf(2);
    const bounded = trained(2, { leastWeight: 174, weightCap: 376 });
    expect(Math.abs(bounded - fair)).toBeLessThan(0.7 * Math.abs(trained(0.01) - fair));
  });

  // Li et al. 2020, Table 1 and §4.2: the larger q, the less the devices differ, and the better the worst one does.
  it('makes devices more alike the larger q is, and the worst one better', () => {
    const models = [0.01, 1, 5].map(q => trained(q));
    const variances = models.map(varianceAt);
    expect(variances[1]).toBeLessThan(0.8 * variances[0]!);
    expect(variances[2]).toBeLessThan(0.8 * variances[1]!);
    const worst = models.map(w => Math.max(...devices.map(device => lossOf(w, device))));
    expect(worst[2]).toBeLessThan(worst[1]!);
    expect(worst[1]).toBeLessThan(worst[0]!);
  });

  it('measures the weights of a round in the mean of the one before, so that losses may fall by far', () => {
    const strategy = qFedAvg({ q: 3 });
    let state = strategy.init(1);
    const step = (mean: object) =>
      strategy.apply(state, new Float32Array(1), { delta: new Float32Array(1), weight: 9, ...mean });
    for (const power of [8, 8, 1e-2, 1e-6, 1e-6]) {
      // As the narrowest bounds of a masked task let devices say it.
      for (let round = 0; round < 40; round++) {
        const { scale } = strategy.fairness!(state);
        state = step({ scale: Math.max(0.68 * scale, Math.min(1.47 * scale, power)) }).state;
      }
    }
    expect(strategy.fairness!(state).scale).toBeCloseTo(1e-6, 9);
    // Nobody who does not say it changes it.
    expect(step({}).state).toEqual(state);
  });

  it.each([{ q: 0 }, { q: -1 }, { q: 21 }, { q: Number.NaN }, { lipschitz: 0 }, { lipschitz: Number.NaN }])(
    'is not made with %o',
    settings => expect(codeOf(() => qFedAvg(settings))).toBe('config.invalid'),
  );
});
