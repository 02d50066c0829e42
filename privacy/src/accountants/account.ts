import type { Mechanism } from '../mechanisms/mechanism.ts';
import { ComposedLoss } from './composition.ts';
import { distributedRenyi, wholeOrders } from './distributed-renyi.ts';
import { gaussianDelta, gaussianEpsilon, truePositives } from './gaussian.ts';
import { sampledGaussianRenyi } from './gaussian-renyi.ts';
import { type Mixture, mixtureCells, stepFor } from './mixture-loss.ts';
import { type MechanismParts, partsOf } from './parts.ts';
import { lossOf, reverseLossOf } from './privacy-loss.ts';
import { type Renyi, renyiDelta, renyiEpsilon } from './renyi.ts';

/** Privacy of a mechanism according to one accountant. */
export interface Account {
  /**
   * Method of computation: `gaussian` is exact; `pld` composes privacy loss distributions, rounded so that ε
   * is never too small; `rdp` takes the best bound from Rényi divergences of many orders, which is somewhat
   * too large.
   */
  readonly accountant: 'gaussian' | 'pld' | 'rdp';
  /** True if there is noise wherever something is released; otherwise every ε is infinite. */
  readonly hasNoise: boolean;
  /** μ of the Gaussian mechanism that is as private, for `gaussian`. */
  readonly mu?: number;
  /** Smallest ε at δ; infinite if there is none. */
  epsilonAt(delta: number): number;
  /** Smallest δ at ε ≥ 0. */
  deltaAt(epsilon: number): number;
  /**
   * Largest share of the participants that a test finds if it wrongly accuses a share `falsePositives` of the
   * others.
   */
  truePositivesAt(falsePositives: number): number;
}

/**
 * Account of a mechanism by its best accountant.
 * @throws MurmurationError `config.invalid` for a mechanism with numbers out of range.
 */
export function accountOf(mechanism: Mechanism): Account {
  const parts = partsOf(mechanism);
  if (parts.distributed.length > 0) return renyiAccount(parts);
  return parts.sampled.length === 0 || parts.squaredMu === Infinity
    ? gaussianAccount(Math.sqrt(parts.squaredMu))
    : lossAccount(parts);
}

/** Rényi differential privacy of a mechanism: faster to compute than the account, and looser. */
export const renyiOf = (mechanism: Mechanism): Renyi => renyiOfParts(partsOf(mechanism));

function renyiOfParts({ squaredMu, sampled, distributed }: MechanismParts): Renyi {
  const curves = sampled.map(({ probability, noiseMultiplier, times }) => {
    const once = sampledGaussianRenyi(probability, noiseMultiplier);
    return (order: number) => times * once(order);
  });
  for (const { of, times } of distributed) {
    const once = distributedRenyi(of);
    curves.push(order => times * once(order));
  }
  return order => curves.reduce((sum, curve) => sum + curve(order), (order * squaredMu) / 2);
}

function gaussianAccount(mu: number): Account {
  return {
    accountant: 'gaussian',
    hasNoise: mu < Infinity,
    mu,
    epsilonAt: delta => gaussianEpsilon(mu, delta),
    deltaAt: epsilon => gaussianDelta(mu, epsilon),
    truePositivesAt: falsePositives => truePositives(mu, falsePositives),
  };
}

function renyiAccount(parts: MechanismParts): Account {
  const renyi = renyiOfParts(parts);
  const deltaAt = (epsilon: number) => renyiDelta(renyi, epsilon, wholeOrders).value;
  return {
    accountant: 'rdp',
    hasNoise: renyi(2) < Infinity,
    epsilonAt: delta => renyiEpsilon(renyi, delta, wholeOrders).value,
    deltaAt,
    truePositivesAt: falsePositives => truePositivesBelow(deltaAt, falsePositives),
  };
}

/**
 * Computes both directions of adjacency: a device's contribution against zeros, and zeros against its
 * contribution.
 */
function lossAccount({ squaredMu, sampled }: MechanismParts): Account {
  const mixtures: { mixture: Mixture; times: number }[] = sampled.map(
    ({ probability, noiseMultiplier, times }) => ({
      mixture: { sigma: noiseMultiplier, probability },
      times,
    }),
  );
  if (squaredMu > 0) mixtures.push({ mixture: { sigma: squaredMu ** -0.5, probability: 1 }, times: 1 });
  const step = stepFor(...mixtures.map(({ mixture }) => mixture));
  const cells = mixtures.map(({ mixture, times }) => ({ cells: mixtureCells(mixture, step), times }));
  const directions = [lossOf, reverseLossOf].map(
    direction =>
      new ComposedLoss(
        cells.map(({ cells, times }) => ({ loss: direction(cells), times })),
        step,
      ),
  );
  return {
    accountant: 'pld',
    hasNoise: true,
    epsilonAt: delta => Math.max(...directions.map(each => each.epsilonAt(delta))),
    deltaAt: epsilon => Math.max(...directions.map(each => each.deltaAt(epsilon))),
    truePositivesAt(falsePositives) {
      const curves = directions.map(each => each.curveNear(falsePositives / 10));
      return truePositivesBelow(epsilon => Math.max(...curves.map(curve => curve(epsilon))), falsePositives);
    },
  };
}

/** Smallest bound over all points of a curve: TPR ≤ exp(ε) FPR + δ, and 1 − FPR ≤ exp(ε) (1 − TPR) + δ. */
function truePositivesBelow(deltaAt: (epsilon: number) => number, falsePositives: number): number {
  let least = 1;
  for (let epsilon = 0; epsilon < 20; epsilon += 0.01) {
    const delta = deltaAt(epsilon);
    least = Math.min(
      least,
      Math.exp(epsilon) * falsePositives + delta,
      1 - Math.exp(-epsilon) * (1 - falsePositives - delta),
    );
  }
  return least;
}
