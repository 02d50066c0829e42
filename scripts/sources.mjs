// Lets Node run the TypeScript sources as they are, in worker threads too:
//   node --import ./scripts/sources.mjs --conditions=murmuration-source FILE.ts
// (`--import tsx` alone fails in the worker threads of Node 20.)
import { register as registerHooks } from 'node:module';
import { register } from 'tsx/esm/api';

register();

// A task or a scenario may lie outside of the checkout, where nothing is installed: it finds this project's packages all the same.
registerHooks(new URL('./resolve-outside.mjs', import.meta.url));
