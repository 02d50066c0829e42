import type { RoundEnded, RoundPhase } from '../run-events/run-event.ts';

/** Losses in the rounds of a run. */
export interface LossFigures {
  readonly publishedRounds: number;
  readonly failedRounds: number;
  /** Number of failed rounds by the phase in which they failed. */
  readonly failedIn: Readonly<Partial<Record<RoundPhase, number>>>;
  /** Mean number of devices per round that were chosen (`cohort`), and whose update counted (`accepted`). */
  readonly cohort: number;
  readonly accepted: number;
  /** Mean number of devices per round that were lost in a phase. */
  readonly lostIn: Readonly<Partial<Record<RoundPhase, number>>>;
  /** Accuracy of the last measured version; null if none was measured. */
  readonly accuracy: number | null;
}

/** Computes the figures of at least one round. */
export function lossFigures(rounds: readonly RoundEnded[]): LossFigures {
  const failedIn: Partial<Record<RoundPhase, number>> = {};
  const lostIn: Partial<Record<RoundPhase, number>> = {};
  for (const { failure, phases } of rounds) {
    if (failure) failedIn[failure.during] = (failedIn[failure.during] ?? 0) + 1;
    for (const [phase, { lost }] of Object.entries(phases) as [RoundPhase, { lost: number }][])
      if (lost > 0) lostIn[phase] = (lostIn[phase] ?? 0) + lost / rounds.length;
  }
  const published = rounds.filter(({ outcome }) => outcome === 'published').length;
  const mean = (of: (round: RoundEnded) => number) =>
    rounds.reduce((sum, round) => sum + of(round), 0) / rounds.length;
  return {
    publishedRounds: published,
    failedRounds: rounds.length - published,
    failedIn,
    cohort: mean(({ tally }) => tally.cohort),
    accepted: mean(({ tally }) => tally.accepted),
    lostIn,
    accuracy: rounds.findLast(({ metrics }) => metrics !== null)?.metrics?.accuracy ?? null,
  };
}
