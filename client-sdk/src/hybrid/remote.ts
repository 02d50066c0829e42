import type { Serving } from '@murmuration/engine/inference/serving';
import { softmax } from '@murmuration/engine/inference/softmax';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { type Predict, predicted } from '@murmuration/protocol/messages/predict';
import type { Transport } from '../transport/transport.ts';
import { inputOf } from './asked.ts';
import type { HybridAnswer } from './hybrid.ts';

/**
 * Asks the coordinator to predict: the input leaves the device. Throws `hybrid.input`,
 * `prediction.*`, `request.*` or `server.*`.
 */
export type Remote = (input: unknown) => Promise<HybridAnswer>;

/**
 * Returns a function that asks the task's served version over the device's connection; it doesn't retry,
 * since a typing person asks again.
 */
export function remotePrediction(
  task: TaskName,
  serving: Serving<unknown>,
  { request }: Pick<Transport, 'request'>,
): Remote {
  return async asked => {
    const message: Predict = { task, version: 'champion', input: [...inputOf(serving, asked)] };
    const { model, logits } = decodeAck(await request('predict', encodeFrame(message)), predicted);
    if (logits.length !== 4 * serving.classes && !serving.grows)
      throw new MurmurationError(
        'model.unusable',
        `The coordinator told ${logits.length / 4} classes apart, the task has ${serving.classes}.`,
      );
    const said = new Float32Array(new Uint8Array(logits).buffer);
    if (serving.says === 'numbers') return { values: said, source: 'remote', model };
    // A larger vocabulary's other classes are dropped; a smaller one's missing classes are impossible.
    const fitted = new Float32Array(serving.classes).fill(Number.NEGATIVE_INFINITY);
    fitted.set(said.subarray(0, serving.classes));
    const values = softmax(fitted, serving.firstClass);
    return { values, source: 'remote', model };
  };
}
