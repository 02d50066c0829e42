import { seededUniform } from '@murmuration/engine/training/seeded';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { upperQuantile } from '@murmuration/privacy/numerics/normal';

/** What models say of devices, of which each taught about half of them. */
export interface Shadows {
  /** For each model and each device, how likely the model finds what the device typed: the mean logarithm of the probability of a word. */
  readonly scores: readonly Float64Array[];
  /** For each model, which devices taught it. */
  readonly taught: readonly (readonly boolean[])[];
}

/** An ε that follows from how well members are told from others, with its interval. */
export interface MembershipEpsilon {
  readonly epsilon: number;
  /** Ends of the 95 % interval, from resampling the devices, each with all of its models; no other models are drawn. */
  readonly lower: number;
  readonly upper: number;
  /** How often a member scores above a device that is none; ½: no better than chance. */
  readonly auc: number;
}

const resamples = 500;

/**
 * The likelihood ratios of Carlini et al. 2022 (arXiv 2112.03570, § 4): how much better the score of a device on a model fits those of models that it
 * taught than of those that it did not, by the other models; normal, with one variance for all.
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
      // The mean of a side without the model that is attacked.
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
 * ε at δ of the Gaussian mechanism whose outcomes would be told apart as well, by the area under the curve: AUC = Φ(μ / √2). It says how the devices of the
 * data are told apart on average, where canaries stand for the one that is told best.
 */
export function membershipEpsilon(shadows: Shadows, delta: number, seed: number): MembershipEpsilon {
  const ratios = likelihoodRatios(shadows);
  const devices = ratios[0]!.length;
  const uniform = seededUniform(seed);
  const all = Uint32Array.from({ length: devices }, (_, device) => device);
  const of = (drawn: Uint32Array) => areaUnderCurve(ratios, shadows.taught, drawn);
  const found = Float64Array.from({ length: resamples }, () =>
    of(all.map(() => Math.floor(uniform() * devices))),
  ).sort();
  const at = (share: number) => epsilonOf(found[Math.round(share * (resamples - 1))]!, delta);
  const auc = of(all);
  return { epsilon: epsilonOf(auc, delta), lower: at(0.025), upper: at(0.975), auc };
}

function epsilonOf(auc: number, delta: number): number {
  return auc <= 0.5 ? 0 : gaussianEpsilon(Math.SQRT2 * upperQuantile(1 - auc), delta);
}

/** How often a member has more than another, ties by half; as many as half of a pair short of 1. */
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
