import { precomputeContract } from '../../../../contract/precompute.ts';

precomputeContract('SQLite', async () => undefined);
