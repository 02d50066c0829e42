export * from './common.ts';
// What a page loads only for its first round: of an entry for pages that names it, bundlers would have it loaded at once.
export { localUpdateProcessor } from './update/local-update-processor.ts';
