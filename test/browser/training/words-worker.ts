import { serveTraining } from '@murmuration/client-sdk/worker/serve-training';
import { words } from './words.ts';

// Fused kernels need no files: none are there.
serveTraining(words, { wasmPath: '/nowhere/' });
