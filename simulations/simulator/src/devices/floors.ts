import { lowestFloors } from '@murmuration/client-sdk/floors/development';
import type { Floors } from '@murmuration/client-sdk/floors/floors';

/**
 * The floors of devices that protect nobody: virtual ones, demonstrations, benchmarks and tests, whose cohorts are small, whose rounds
 * follow one another in seconds, and whose runs can be repeated.
 */
export const simulatedFloors: Required<Omit<Floors, 'enrolmentKey' | 'population'>> = {
  ...lowestFloors,
  ownDraw: false,
};
