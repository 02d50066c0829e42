// Lets Node run the TypeScript sources as they are, in worker threads too:
//   node --import ./scripts/sources.mjs --conditions=murmuration-source FILE.ts
import * as modules from 'node:module';
import { inThread } from './source-hooks.mjs';

/** From Node 22.15 on hooks may be in the thread that loads, and from 26 on they should be. */
const { register, registerHooks } =
  /** @type {typeof modules & { registerHooks?: (hooks: typeof inThread) => void }} */ (modules);
if (registerHooks) registerHooks(inThread);
else register('./source-hooks.mjs', import.meta.url);
