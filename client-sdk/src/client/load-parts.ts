import { once } from '@murmuration/protocol/concurrency/once';

/**
 * Loads what a client needs only from its first model or check-in on; most visits of a page end before that.
 */
export const loadParts = once(async () => (await import('./parts.ts')).parts);
