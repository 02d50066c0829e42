export { portable } from '@murmuration/protocol/primitives/portable';
export { systemClock } from '@murmuration/protocol/time/system-clock';
export * from './common.ts';
// Separate from the page entry: bundlers would load it at once, and pages need it only for their first round.
export { localUpdateProcessor } from './update/local-update-processor.ts';
