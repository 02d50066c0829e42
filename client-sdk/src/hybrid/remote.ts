import type { Serving } from '@murmuration/engine/inference/serving';
import { softmax } from '@murmuration/engine/inference/softmax';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import { type Predict, predicted } from '@murmuration/protocol/messages/predict';
import type { Transport } from '../transport/transport.ts';
import { inputOf } from './asked.ts';
import type { Answer } from './hybrid.ts';

/** Has the coordinator predict: the input leaves the device. Throws `hybrid.input`, `prediction.*`, `request.*` or `server.*`. */
export type Remote = (input: unknown) => Promise<Answer>;

/** Asks the version of a task that devices serve over the device's connection; one try, since whoever types asks again. */
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
    // Those of a larger vocabulary are left out, and of a smaller one the others are impossible.
    const fitted = new Float32Array(serving.classes).fill(Number.NEGATIVE_INFINITY);
    fitted.set(said.subarray(0, serving.classes));
    const values = softmax(fitted, serving.firstClass);
    return { values, source: 'remote', model };
  };
}
