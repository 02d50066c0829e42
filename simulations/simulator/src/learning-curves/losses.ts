import type { RoundEnded, RoundPhase } from '../run-events/run-event.ts';

/** Who the rounds of a run lost. */
export interface LossFigures {
  readonly publishedRounds: number;
  readonly failedRounds: number;
  /** The phase in which rounds failed, and how many of them. */
  readonly failedIn: Readonly<Partial<Record<RoundPhase, number>>>;
  /** Devices chosen, and of them those whose update counted; means over all rounds. */
  readonly cohort: number;
  readonly accepted: number;
  /** Devices a round whose part ended in a phase without being counted. */
  readonly lostIn: Readonly<Partial<Record<RoundPhase, number>>>;
  /** Of the last version that was measured; null where none was. */
  readonly accuracy: number | null;
}

/** Reads the rounds of a run; there is one at least. */
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
