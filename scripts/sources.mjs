// Lets Node run the TypeScript sources as they are, in worker threads too:
//   node --import ./scripts/sources.mjs --conditions=murmuration-source FILE.ts
import { register } from 'node:module';

register('./source-hooks.mjs', import.meta.url);
