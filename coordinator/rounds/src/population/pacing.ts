import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** What is known when a device asks when to come back. */
export interface Pace {
  /** ms until the next round begins, 0 where one is open. */
  readonly untilNextRound: number;
  /** ms between the beginnings of rounds. */
  readonly interval: number;
  /** Devices that come, whether or not they are connected. */
  readonly population: number;
  /** Devices that are connected: all of them may check in at once. */
  readonly connected: number;
  /** Devices that a round chooses. */
  readonly cohortSize: number;
}

/** ms between check-ins on average, however many devices there are: at most 500 a second. */
const msPerCheckIn = 2;
/** The protocol has no longer pause, ms. */
export const longestPause = 366 * 86_400_000;
/** Devices asked to come for each place in a cohort, since many will be busy when their time has come. */
const invitationsPerPlace = 4;

/**
 * Pace steering (Bonawitz et al. 2019, §2.3): ms after which a device should come back. The devices of a small population
 * meet at the beginning of a round, so that they can form a cohort; those of a large one are spread so that each
 * round meets a few for each place, and never all.
 */
export function comeBackAfter(pace: Pace, random: RandomBytes): number {
  const { from, to } = comeBackBetween(pace);
  return Math.round(from + (to - from) * uniform(random));
}

/** The shortest and the longest time after which a device is asked to come back, ms. */
export function comeBackBetween({ untilNextRound, interval, population, connected, cohortSize }: Pace): {
  readonly from: number;
  readonly to: number;
} {
  const rounds = population / (invitationsPerPlace * cohortSize);
  const spread = Math.max(Math.max(population, connected) * msPerCheckIn, rounds > 1 ? interval * rounds : 0);
  return {
    from: Math.min(longestPause, Math.round(untilNextRound)),
    to: Math.min(longestPause, Math.round(untilNextRound + spread)),
  };
}

/** A number from 0 to 1, of 32 random bits. */
function uniform(random: RandomBytes): number {
  const bytes = random(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}
