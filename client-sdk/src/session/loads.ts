import { once } from '@murmuration/protocol/concurrency/once';

/** The part of a device whose steps are corrected. */
export const loadControlledPart = once(() => import('./controlled-part.ts'));

/** The part of a device that sends some of the values of its update. */
export const loadCompressedPart = once(() => import('./compressed-part.ts'));

/** The part of a device that trains for masked buffers, and brings what it learned into one. */
export const loadBufferedPart = once(() => import('./buffered-part.ts'));
