export * from './testing/blobs.ts';
export * from './testing/strategy.ts';
