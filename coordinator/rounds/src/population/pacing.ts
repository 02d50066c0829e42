import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Inputs of pace steering. */
export interface Pacing {
  /** ms until the next round begins; 0 if one is open. */
  readonly untilNextRound: number;
  /** ms between the starts of rounds. */
  readonly interval: number;
  /** Devices that come, connected or not. */
  readonly population: number;
  /** Devices connected now; all of them may check in at once. */
  readonly connected: number;
  /** Devices that a round chooses. */
  readonly cohortSize: number;
}

/** ms between check-ins on average, for any number of devices: at most 500 a second. */
const msPerCheckIn = 2;
/** Longest pause that the protocol allows, ms. */
export const maxPauseMs = 366 * 86_400_000;
/** Devices invited for each place in a cohort, since many will be busy at their time. */
const invitationsPerPlace = 4;

/**
 * Returns the ms after which a device should come back, by pace steering (Bonawitz et al. 2019, §2.3). The
 * devices of a small population meet at the start of a round, so that they can form a cohort; those of a
 * large population are spread so that each round meets a few per place, and never all.
 */
export function comeBackAfter(pace: Pacing, random: RandomBytes): number {
  const { from, to } = comeBackBetween(pace);
  return Math.round(from + (to - from) * uniform(random));
}

/** Returns the shortest and the longest time after which a device is asked to come back, ms. */
export function comeBackBetween({ untilNextRound, interval, population, connected, cohortSize }: Pacing): {
  readonly from: number;
  readonly to: number;
} {
  const rounds = population / (invitationsPerPlace * cohortSize);
  const spread = Math.max(Math.max(population, connected) * msPerCheckIn, rounds > 1 ? interval * rounds : 0);
  return {
    from: Math.min(maxPauseMs, Math.round(untilNextRound)),
    to: Math.min(maxPauseMs, Math.round(untilNextRound + spread)),
  };
}

/** Returns a number from 0 to 1 from 32 random bits. */
function uniform(random: RandomBytes): number {
  const bytes = random(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}
