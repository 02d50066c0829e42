export { serveTraining, type WorkerOptions } from './worker/serve-training.ts';
