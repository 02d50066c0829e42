import { once } from '@murmuration/protocol/concurrency/once';

/** What a client has no use for before its first model or its first check-in: most visits of a page end without either. */
export const loadParts = once(async () => (await import('./parts.ts')).parts);
