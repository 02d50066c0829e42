/** A step of the ladder: so many trials, each trained up to so many rounds or epochs since it began. */
export interface Rung {
  readonly trials: number;
  readonly until: number;
}

/**
 * Successive halving (Jamieson & Talwalkar 2016; a bracket of Hyperband, Li et al. 2018, algorithm 1): of n trials ⌊n η⁻ⁱ⌋ reach rung i,
 * where each is trained up to ⌊R ηⁱ⁻ˢ⌋ rounds, 1 at least; rung s is the last one, with R. `rungs` is s + 1; by default as many as leave
 * one trial on the last rung and one round on the first.
 */
export function ladder({
  trials,
  most,
  eta,
  rungs,
}: {
  readonly trials: number;
  /** R: what a whole training takes. */
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

/** ⌊log_η value⌋, without the error of a logarithm. */
function powersIn(value: number, eta: number): number {
  let powers = 0;
  while (eta ** (powers + 1) <= value) powers += 1;
  return powers;
}

/** What a trial came to; null where it failed or diverged. */
export interface Standing {
  readonly trial: number;
  readonly score: number | null;
}

/** The best first; those without a score last, ties in the order of the trials. */
export function ranked<Of extends Standing>(standings: readonly Of[], better: 'higher' | 'lower'): Of[] {
  const sign = better === 'higher' ? -1 : 1;
  return standings.toSorted((one, other) => {
    if (one.score === null || other.score === null)
      return Number(one.score === null) - Number(other.score === null) || one.trial - other.trial;
    return sign * (one.score - other.score) || one.trial - other.trial;
  });
}
