import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { Predict, Predicted } from '@murmuration/protocol/messages/predict';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { InferenceServer } from '@murmuration/serving/server/inference-server';

/** ms after which an answer is no longer waited for: devices give up after 20 s. */
const timeout = 15_000;
/** ms after which a device that found too many before it tries again. */
const retryAfter = 1_000;
/** Values that fit into one frame, with its envelope. */
const mostValues = (maxFrameLength - 1_024) / 4;

interface PredictionPorts {
  /** By the task's name. */
  readonly rounds: ReadonlyMap<string, { readonly task: Pick<TaskRounds['task'], 'serving'> }>;
  readonly server: Pick<InferenceServer, 'infer'>;
  /** Predictions of all tasks that wait or are under way at most. */
  readonly most: number;
}

/**
 * Answers devices that can't run a model, for the tasks that offer it: one more client of the inference server, which keeps nothing of what
 * they ask. Throws `task.unknown`, `prediction.not-offered`, `prediction.too-many`, `prediction.timeout`, `model.missing` for another alias than
 * `latest` and `champion`, `hybrid.input` for what the model does not take, `model.unusable`, and what `InferenceServer.infer` throws besides.
 */
export function devicePredictions({
  rounds,
  server,
  most,
}: PredictionPorts): (message: Predict) => Promise<Predicted> {
  let waiting = 0;
  return async ({ task, version, input: row }) => {
    const { serving } = knownTask(rounds.get(task), task).task;
    if (!serving.remote) throw new MurmurationError('prediction.not-offered');
    if (waiting >= most) throw new MurmurationError('prediction.too-many', undefined, { after: retryAfter });
    if (version !== 'latest' && version !== 'champion')
      throw new MurmurationError('model.missing', `The task ${task} has no version "${version}".`);
    waiting += 1;
    try {
      const request = { model: task, version, inputs: [], row, protocol: 'device', timeout };
      const { hash, outputs } = await server.infer(request);
      const values = outputs.reduce((sum, { data }) => sum + data.length, 0);
      if (values > mostValues)
        throw new MurmurationError(
          'model.unusable',
          `An answer has room for ${mostValues} classes; the model has ${values}.`,
        );
      const logits = Float32Array.from(outputs.flatMap(({ data }) => [...(data as Float32Array)]));
      return { model: hash, logits: new Uint8Array(logits.buffer) };
    } catch (error) {
      const isInput = error instanceof MurmurationError && error.code === 'inference.input';
      throw isInput ? new MurmurationError('hybrid.input', 'The model does not take this input.') : error;
    } finally {
      waiting -= 1;
    }
  };
}
