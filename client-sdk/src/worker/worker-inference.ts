import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import { appWorker, type Spawn } from './app-worker.ts';

/** Puts models to use in a Web Worker of their own, which training never delays; its script is that of `workerTrainer`. */
export function workerInference(spawn: Spawn): Inference {
  const worker = appWorker(spawn, systemClock);
  return {
    async open(model): Promise<OpenModel> {
      const running = worker.running();
      const opened = await running.call(service => service.open(model));
      return {
        predict: input => running.call(() => opened.predict(input)),
        answer: example => running.call(() => opened.answer(example)),
        close: () => running.call(() => opened.close()),
      };
    },
    async close() {
      worker.end();
    },
  };
}
