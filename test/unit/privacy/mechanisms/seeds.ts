import type { SeedOf } from '@murmuration/privacy/mechanisms/noise-stream';

/** A seed a round, the same in every run. */
export const seedOf: SeedOf = round => new Uint8Array(32).map((_, i) => (round * 7 + i * 13 + 1) & 255);
