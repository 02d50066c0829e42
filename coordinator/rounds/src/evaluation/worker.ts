import { parentPort, workerData } from 'node:worker_threads';
import { startBackend } from '@murmuration/engine/backend/backend';
import { loadModel } from '@murmuration/engine/models/model';
import type * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluation } from './evaluation.ts';
import type { Metrics } from './metrics.ts';

/** Measures a model on held-out examples; `data` is the value passed to `workerEvaluator`. */
export type Evaluate = (
  model: tf.LayersModel,
  data: unknown,
) => Metrics | Evaluation | Promise<Metrics | Evaluation>;

export interface EvaluationRequest {
  readonly model: ModelFiles;
}

export type EvaluationReply = { readonly evaluation: Metrics | Evaluation } | { readonly error: string };

const { module, data } = workerData as { module: string; data: unknown };
const ready = prepare();

async function prepare(): Promise<Evaluate> {
  await startBackend();
  const { default: evaluate } = (await import(module)) as { default: Evaluate };
  return evaluate;
}

parentPort!.on('message', async ({ model }: EvaluationRequest) => {
  parentPort!.postMessage(await evaluated(model).catch(error => ({ error: String(error) })));
});

async function evaluated(files: ModelFiles): Promise<EvaluationReply> {
  const evaluate = await ready;
  const model = await loadModel(files);
  try {
    return { evaluation: await evaluate(model, data) };
  } finally {
    model.dispose();
  }
}
