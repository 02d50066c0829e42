import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import { appWorker, type Spawn } from './app-worker.ts';

/** ms that opening a model may take. */
const most = 60_000;

/**
 * Puts models to use in a Web Worker of their own, which training never delays; its script is that of `workerTrainer`. One that is not open
 * within a minute ends the worker, with all that is open in it: the next call of these fails.
 */
export function workerInference(spawn: Spawn, clock: Clock = systemClock): Inference {
  const worker = appWorker(spawn, clock);
  return {
    async open(model): Promise<OpenModel> {
      const running = worker.running();
      const late = new MurmurationError('model.unusable', `The model is not built within ${most} ms.`);
      const cancel = clock.at(clock.now() + most, () => worker.end(late));
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
