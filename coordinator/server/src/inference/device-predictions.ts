import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { Predict, Predicted } from '@murmuration/protocol/messages/predict';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { InferenceServer } from '@murmuration/serving/server/inference-server';

/** Milliseconds after which an answer is abandoned; devices give up after 20 s. */
const timeout = 15_000;
/** Milliseconds after which a device that was refused because too many wait tries again. */
const busyRetryMs = 1_000;
/** Maximum number of values that fit into one frame, with its envelope. */
const maxFrameValues = (maxFrameLength - 1_024) / 4;

interface PredictionPorts {
  /** Rounds by task name. */
  readonly rounds: ReadonlyMap<string, { readonly task: Pick<TaskRounds['task'], 'serving'> }>;
  readonly server: Pick<InferenceServer, 'infer'>;
  /** Maximum number of predictions of all tasks that wait or are under way. */
  readonly most: number;
}

/**
 * Answers devices that can't run a model, for the tasks that offer it, as one more client of the inference
 * server; it stores nothing of their requests. Throws `task.unknown`, `prediction.not-offered`,
 * `prediction.too-many`, `prediction.timeout`, `model.missing` for another alias than `latest` and
 * `champion`, `hybrid.input` for input that the model does not take, `model.unusable`, and the other errors
 * of `InferenceServer.infer`.
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
    if (waiting >= most) throw new MurmurationError('prediction.too-many', undefined, { after: busyRetryMs });
    if (version !== 'latest' && version !== 'champion')
      throw new MurmurationError('model.missing', `The task ${task} has no version "${version}".`);
    waiting += 1;
    try {
      const request = { model: task, version, inputs: [], row, protocol: 'device', timeout };
      const { hash, outputs } = await server.infer(request);
      const values = outputs.reduce((sum, { data }) => sum + data.length, 0);
      if (values > maxFrameValues)
        throw new MurmurationError(
          'model.unusable',
          `An answer has room for ${maxFrameValues} classes; the model has ${values}.`,
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
