/**
 * Rung of successive halving: number of trials, and the rounds or epochs up to which each is trained in
 * total.
 */
export interface Rung {
  readonly trials: number;
  readonly until: number;
}

/**
 * Returns the rungs of successive halving (Jamieson & Talwalkar 2016; a bracket of Hyperband, Li et al. 2018,
 * algorithm 1). Of n trials, max(1, ⌊n η⁻ⁱ⌋) reach rung i, where each is trained up to max(1, ⌊R ηⁱ⁻ˢ⌋)
 * rounds; rung s is the last one, with R rounds. `rungs` is s + 1; by default as many as leave at least one
 * trial on the last rung and one round on the first.
 */
export function ladder({
  trials,
  most,
  eta,
  rungs,
}: {
  readonly trials: number;
  /** R: rounds of a full training. */
  readonly most: number;
  readonly eta: number;
  readonly rungs?: number | undefined;
}): Rung[] {
  const last = rungs === undefined ? Math.min(powersIn(trials, eta), powersIn(most, eta)) : rungs - 1;
  return Array.from({ length: last + 1 }, (_, i) => ({
    trials: Math.max(1, Math.floor(trials / eta ** i)),
    until: Math.max(1, Math.floor(most / eta ** (last - i))),
  }));
}

/** Returns ⌊log_η value⌋ without the rounding error of a logarithm. */
function powersIn(value: number, eta: number): number {
  let powers = 0;
  while (eta ** (powers + 1) <= value) powers += 1;
  return powers;
}

/** Score of a trial; null if it failed or diverged. */
interface Standing {
  readonly trial: number;
  readonly score: number | null;
}

/** Sorts the best first and those without a score last; ties keep the order of the trials. */
export function ranked<Of extends Standing>(standings: readonly Of[], better: 'higher' | 'lower'): Of[] {
  const sign = better === 'higher' ? -1 : 1;
  return standings.toSorted((one, other) => {
    if (one.score === null || other.score === null)
      return Number(one.score === null) - Number(other.score === null) || one.trial - other.trial;
    return sign * (one.score - other.score) || one.trial - other.trial;
  });
}
