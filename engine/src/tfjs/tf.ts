/**
 * TensorFlow.js for all packages of this project: core with gradients and chained operations, layers, and the
 * CPU backend as the reference of tests and self-tests. Import only from here, so that one process (or page)
 * holds one copy: `#tfjs` is what
 * `npm` makes of the library in `src/tensorflow`, on Node by way of node.ts.
 */
import { keepReady } from './always-ready.ts';
import { chainOperations } from './chained.ts';

// biome-ignore lint/performance/noBarrelFile: this file is the seam between the project and the library.
export * from '#tfjs';

chainOperations();
keepReady();
