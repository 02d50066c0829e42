import { lowestFloors } from '@murmuration/client-sdk/floors/development';
import type { Floors } from '@murmuration/client-sdk/floors/floors';

/**
 * Privacy floors for virtual devices, demonstrations, benchmarks and tests. They protect no one: cohorts are
 * small, rounds follow one another in seconds, and runs can be repeated.
 */
export const simulatedFloors: Required<Omit<Floors, 'enrolmentKey' | 'population'>> = {
  ...lowestFloors,
  ownDraw: false,
};
