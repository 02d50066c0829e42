import { parentPort } from 'node:worker_threads';
import type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { type ErrorCode, MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { ModelContent } from '../source/source.ts';
import { layersRuntime } from './layers.ts';
import type { LoadedModel, RunOptions } from './runtime.ts';

/** What a thread is asked; answers bear the number of the question. */
export type ThreadRequest = { readonly number: number } & (
  | { readonly kind: 'load'; readonly model: number; readonly content: ModelContent }
  | {
      readonly kind: 'run';
      readonly model: number;
      readonly inputs: readonly Tensor[];
      readonly options: RunOptions | undefined;
    }
  | { readonly kind: 'close'; readonly model: number }
);

export interface Described {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly bytes: number;
  readonly engine: string;
  readonly takesLengths: boolean;
}

export type ThreadReply = { readonly number: number } & (
  | { readonly described: Described }
  | { readonly outputs: readonly Tensor[] }
  | { readonly closed: true }
  /** `code` of an error of ours; null for any other. */
  | { readonly code: ErrorCode | null; readonly detail: string }
);

const runtime = layersRuntime();
const models = new Map<number, LoadedModel>();

parentPort?.on('message', async (request: ThreadRequest) => {
  const { number } = request;
  try {
    const reply = await perform(request);
    parentPort?.postMessage({ number, ...reply });
  } catch (error) {
    const own = error instanceof MurmurationError ? error : null;
    parentPort?.postMessage({ number, code: own?.code ?? null, detail: own?.detail ?? messageOf(error) });
  }
});

async function perform(request: ThreadRequest) {
  if (request.kind === 'load') {
    const model = await runtime.load(request.content);
    models.set(request.model, model);
    const { inputs, outputs, bytes, engine, takesLengths } = model;
    return { described: { inputs, outputs, bytes, engine, takesLengths } };
  }
  const model = models.get(request.model);
  if (!model) throw new MurmurationError('inference.unavailable');
  if (request.kind === 'run') return { outputs: await model.run(request.inputs, request.options) };
  models.delete(request.model);
  await model.close();
  return { closed: true as const };
}
