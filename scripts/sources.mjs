// Lets Node run the TypeScript sources as they are, in worker threads too:
//   node --import ./scripts/sources.mjs --conditions=murmuration-source FILE.ts
// (`--import tsx` alone fails in the worker threads of Node 20.)
import { register } from 'tsx/esm/api';

register();
