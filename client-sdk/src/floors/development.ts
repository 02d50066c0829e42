import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isLoopbackHost } from '../transport/encryption.ts';
import type { Floors } from './floors.ts';

/** Marks floors of `development()`; spreads copy it. */
const mark = Symbol('development');

/** Floors with each protection at its lowest. */
export const lowestFloors = {
  masking: 'off',
  corrupt: 0,
  dropping: { least: 0, most: 0.99, checked: 0 },
  smallestCohort: 1,
  smallestSum: 1,
  mostShare: 1,
  leastExamples: 1,
  mostPasses: 100,
  learningRate: 1_000,
  mostVersions: 64,
  clip: 1e6,
  controlClip: 1e6,
  leastFraction: Number.MIN_VALUE,
  bits: 24,
  topology: 'any',
  uploadSlot: 0,
  queryThreshold: 3,
  queryPeriod: 0,
  contributions: { day: Number.POSITIVE_INFINITY, model: Number.POSITIVE_INFINITY },
  privacy: 'any',
} as const satisfies Floors;

/**
 * Returns floors without any protection, so that a few devices on the developer's machine learn in seconds. A
 * client accepts them only for coordinators on the loopback address, and throws `options.invalid` for others.
 */
export function development(): Floors {
  return Object.assign({ ...lowestFloors, ownDraw: true }, { [mark]: true });
}

/** Throws `options.invalid` for floors of `development()` with a coordinator on another host. */
export function requireLocal(floors: Floors | undefined, base: URL): void {
  if (!floors || !(mark in floors) || isLoopbackHost(base.hostname)) return;
  throw new MurmurationError(
    'options.invalid',
    `floors: development() protects nobody, and is accepted only for a coordinator on this machine, such as http://127.0.0.1:8800; found ${base.host}.`,
  );
}
