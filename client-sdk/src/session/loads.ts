import { once } from '@murmuration/protocol/concurrency/once';

export const loadControlledPart = once(() => import('./controlled-part.ts'));

export const loadCompressedPart = once(() => import('./compressed-part.ts'));

export const loadBufferedPart = once(() => import('./buffered-part.ts'));
