import type { Floors } from '@murmuration/client-sdk/floors/floors';

/**
 * The floors of devices that protect nobody: virtual ones, demonstrations, benchmarks and tests, whose cohorts are small, whose rounds
 * follow one another in seconds, and whose runs can be repeated. Every floor is written down here, as low as it goes.
 */
export const simulatedFloors: Required<Omit<Floors, 'enrolmentKey' | 'population'>> = {
  masking: 'off',
  corrupt: 0,
  dropping: { least: 0, most: 0.99, checked: 0 },
  smallestCohort: 1,
  smallestSum: 1,
  leastExamples: 1,
  mostPasses: 100,
  clip: 1e6,
  bits: 24,
  ownDraw: false,
  topology: 'any',
  uploadSlot: 0,
  contributions: { day: Number.POSITIVE_INFINITY, model: Number.POSITIVE_INFINITY },
};
