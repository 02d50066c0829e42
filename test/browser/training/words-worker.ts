import { serveTraining } from '@murmuration/client-sdk/worker/serve-training';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { vocabulary, words } from './words.ts';

// Fused kernels need no files: none are there.
serveTraining({ ...words, serving: keyboardServing(vocabulary) }, { wasmPath: '/nowhere/' });
