import { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Most ms for building a model. */
const maxBuildMs = 60_000;
/** Most shapes of models remembered as built. */
const maxBuiltShapes = 64;

const ownWorker = () => new Worker(new URL('./build-worker.ts', import.meta.url));

/**
 * Returns a function that builds a model in a worker first, so that a build that hangs, or
 * takes a minute, blocks nothing else. Each topology is tried once. It throws `model.unusable`
 * if the model can't be built in time.
 */
export function trials(clock: Clock, spawn: () => Worker = ownWorker): (model: ModelFiles) => Promise<void> {
  const built = new Set<string>();
  return async model => {
    const key = JSON.stringify([model.topology, model.layout.tensors]);
    if (built.has(key)) return;
    await tried(model, clock, spawn());
    built.add(key);
    if (built.size > maxBuiltShapes) built.delete(built.values().next().value!);
  };
}

async function tried(model: ModelFiles, clock: Clock, worker: Worker): Promise<void> {
  let cancel = () => {};
  try {
    const why = await new Promise<string | null>((resolve, reject) => {
      cancel = clock.at(clock.now() + maxBuildMs, () => resolve(`it is not built within ${maxBuildMs} ms`));
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => resolve('the thread that builds it has ended'));
      const { topology, layout, weights, hash } = model;
      worker.postMessage({ topology, layout, weights, hash });
    });
    if (why !== null) throw new MurmurationError('model.unusable', `The model can't be built: ${why}.`);
  } finally {
    cancel();
    await worker.terminate();
  }
}
