import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import { appWorker, type Spawn } from './app-worker.ts';

/** Most ms for opening a model. */
const openMs = 60_000;

/**
 * Runs models in a separate Web Worker, which training never delays; its script is that of `workerTrainer`. A
 * model that does not open within a minute ends the worker and all its open models: their next calls fail.
 */
export function workerInference(spawn: Spawn, clock: Clock = systemClock): Inference {
  const worker = appWorker(spawn, clock);
  return {
    async open(model): Promise<OpenModel> {
      const running = worker.running();
      const late = new MurmurationError('model.unusable', `The model is not built within ${openMs} ms.`);
      const cancel = clock.at(clock.now() + openMs, () => worker.end(late));
      const opened = await running.call(service => service.open(model)).finally(cancel);
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
