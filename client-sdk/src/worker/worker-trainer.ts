import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Trainer } from '../training/trainer.ts';
import { asError } from '../training/training-errors.ts';
import type { Spawn } from './app-worker.ts';

/**
 * Trains, quantises and masks in a Web Worker, so that the page never blocks. The worker's script calls
 * `serveTraining`; `spawn` starts it, on first use and after it was closed:
 * `workerTrainer(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))`.
 */
export function workerTrainer(spawn: Spawn): Trainer {
  // Loaded with the first round, so that no page waits for it before.
  let loading: Promise<ReturnType<typeof import('./comlink-trainer.ts').comlinkTrainer>> | undefined;
  const load = async () => {
    const { comlinkTrainer } = await import('./comlink-trainer.ts');
    return comlinkTrainer(spawn, systemClock);
  };
  const loaded = () => {
    loading ??= load().catch(cause => {
      loading = undefined;
      throw asError(cause);
    });
    return loading;
  };
  return {
    train: async (...args) => (await loaded()).train(...args),
    updateProcessor: {
      prepare: async (...args) => (await loaded()).updateProcessor.prepare(...args),
      masked: async setup => (await loaded()).updateProcessor.masked(setup),
      draw: async (...args) => (await loaded()).updateProcessor.draw(...args),
    },
    close: async () => {
      await (await loading)?.close();
    },
  };
}
