import { seededUniform } from '@murmuration/engine/training/seeded';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { upperQuantile } from '@murmuration/privacy/numerics/normal';

/** Scores of devices by models; each model was taught by about half of the devices. */
export interface Shadows {
  /** Score for each model and each device: the mean log probability of a word that the device typed. */
  readonly scores: readonly Float64Array[];
  /** Membership for each model and each device: true if the device taught the model. */
  readonly taught: readonly (readonly boolean[])[];
}

/** ε that follows from how well members are told from others, with its interval. */
export interface MembershipEpsilon {
  readonly epsilon: number;
  /**
   * Ends of the 95 % interval, from resampling the devices, each with all of its models; models are not
   * resampled.
   */
  readonly lower: number;
  readonly upper: number;
  /** Probability that a member scores above a non-member; ½ is chance. */
  readonly auc: number;
}

const resampledDraws = 500;

/**
 * Computes the likelihood ratios of Carlini et al. 2022 (arXiv 2112.03570, § 4): how much better the score of
 * a device on a model fits those of models that it taught than those of the others. Uses the other models and
 * normal distributions with one variance.
 */
export function likelihoodRatios({ scores, taught }: Shadows): Float64Array[] {
  const devices = scores[0]!.length;
  const sides = Array.from({ length: devices }, (_, device) =>
    [true, false].map(side => {
      const values = scores.flatMap((of, model) => (taught[model]![device] === side ? [of[device]!] : []));
      return { sum: values.reduce((all, value) => all + value, 0), count: values.length, values };
    }),
  );
  let [squares, freedom] = [0, 0];
  for (const { sum, count, values } of sides.flat()) {
    for (const value of values) squares += (value - sum / count) ** 2;
    freedom += Math.max(0, count - 1);
  }
  const variance = squares / freedom;
  return scores.map((of, model) =>
    of.map((score, device) => {
      // The mean of a side without the attacked model.
      const [mine, others] = sides[device]!.map(({ sum, count }, side) => {
        const isIts = taught[model]![device] === (side === 0);
        return (sum - (isIts ? score : 0)) / (count - (isIts ? 1 : 0));
      }) as [number, number];
      const ratio = ((score - others) ** 2 - (score - mine) ** 2) / (2 * variance);
      return Number.isFinite(ratio) ? ratio : 0;
    }),
  );
}

/**
 * Returns ε at δ of the Gaussian mechanism whose outcomes would be told apart equally well, by the area under
 * the curve: AUC = Φ(μ / √2). It is an average over the devices, while canaries represent the device that is
 * easiest to detect.
 */
export function membershipEpsilon(shadows: Shadows, delta: number, seed: number): MembershipEpsilon {
  const ratios = likelihoodRatios(shadows);
  const devices = ratios[0]!.length;
  const uniform = seededUniform(seed);
  const all = Uint32Array.from({ length: devices }, (_, device) => device);
  const of = (drawn: Uint32Array) => areaUnderCurve(ratios, shadows.taught, drawn);
  const found = Float64Array.from({ length: resampledDraws }, () =>
    of(all.map(() => Math.floor(uniform() * devices))),
  ).sort();
  const at = (share: number) => epsilonOf(found[Math.round(share * (resampledDraws - 1))]!, delta);
  const auc = of(all);
  return { epsilon: epsilonOf(auc, delta), lower: at(0.025), upper: at(0.975), auc };
}

function epsilonOf(auc: number, delta: number): number {
  return auc <= 0.5 ? 0 : gaussianEpsilon(Math.SQRT2 * upperQuantile(1 - auc), delta);
}

/**
 * Returns the probability that a member has a higher ratio than a non-member, with ties as half; at most 1
 * minus half a pair.
 */
function areaUnderCurve(
  ratios: readonly Float64Array[],
  taught: Shadows['taught'],
  devices: Uint32Array,
): number {
  const pairs = ratios.flatMap((of, model) =>
    Array.from(devices, device => ({ value: of[device]!, isMember: taught[model]![device]! })),
  );
  pairs.sort((a, b) => a.value - b.value);
  let [below, above, members] = [0, 0, 0];
  for (let from = 0; from < pairs.length; ) {
    let to = from;
    let [tiedMembers, tiedOthers] = [0, 0];
    for (; to < pairs.length && pairs[to]!.value === pairs[from]!.value; to++)
      if (pairs[to]!.isMember) tiedMembers += 1;
      else tiedOthers += 1;
    above += tiedMembers * (below + tiedOthers / 2);
    below += tiedOthers;
    members += tiedMembers;
    from = to;
  }
  const all = members * below;
  return Math.min(above / all, 1 - 1 / (2 * all));
}
