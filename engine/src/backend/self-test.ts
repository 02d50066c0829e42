import * as tf from '../tfjs/tf.ts';

/**
 * Largest tolerated difference from the CPU backend's gradients, relative to the largest value of the tensor.
 */
const TOLERATED_ERROR = 1e-3;

/**
 * Sizes of the probe: a recurrent next-word model and a convolution, the two kinds of layer that devices
 * train.
 */
interface Probe {
  readonly words: number;
  readonly width: number;
  readonly batch: number;
  readonly length: number;
}

/** Attempts to make a backend current while others change it. */
const maxBackendTries = 5;

const SMALL: Probe = { words: 23, width: 7, batch: 3, length: 4 };
const TYPICAL: Probe = { words: 2_000, width: 128, batch: 16, length: 5 };

/**
 * Largest difference between the gradients of a small model on `backend` and on the CPU backend, relative to
 * the largest value of its tensor. NaN when a gradient is not finite. Leaves `backend` as the current one.
 *
 * @throws whatever the backend throws; `Error` when it does not start.
 */
export async function gradientError(backend: string): Promise<number> {
  await use('cpu');
  const expected = gradients(SMALL);
  await use(backend);
  const actual = gradients(SMALL);
  return Math.max(...expected.map((tensor, i) => relativeError(actual[i]!, tensor)));
}

/**
 * Leaves `backend` as the current one if its gradients agree with those of the CPU backend.
 *
 * @throws whatever the backend throws; `Error` when it does not start, or if the gradients are off by too
 * much.
 */
export async function requireAgreement(backend: string): Promise<void> {
  const error = await gradientError(backend);
  if (!(error <= TOLERATED_ERROR)) throw new Error(`its gradients are off by ${error.toExponential(1)}`);
}

/**
 * Milliseconds of one training step of a typical model on `backend`: the best of four. Leaves `backend` as
 * the current one.
 */
export async function trainingMs(backend: string, now: () => number): Promise<number> {
  await use(backend);
  gradients(TYPICAL);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const start = now();
    gradients(TYPICAL);
    best = Math.min(best, now() - start);
  }
  return best;
}

/**
 * Makes `backend` current. Throws if it does not start, or if other modules of the process keep changing it.
 */
async function use(backend: string): Promise<void> {
  for (let tries = 0; tries < maxBackendTries; tries++) {
    if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} does not start.`);
    if (tf.getBackend() === backend) return;
  }
  throw new Error(`Something else in this process keeps the backend ${backend} from being the current one.`);
}

/** Gradients of one batch with respect to every weight of the probe. */
function gradients({ words, width, batch, length }: Probe): Float32Array[] {
  const results = tf.tidy(() => {
    const ids = tf.tensor2d(
      Array.from({ length: batch * length }, (_, i) => (i * i + 1) % words),
      [batch, length],
      'int32',
    );
    const next = tf.tensor1d(
      Array.from({ length: batch }, (_, i) => (3 * i + 2) % words),
      'int32',
    );
    const side = Math.min(width, 12);
    const image = wave([batch, side, side, 2], 1);
    const weights = [
      wave([words, width], 2),
      wave([width, width], 3),
      wave([width, width], 4),
      wave([width, words], 5),
      wave([3, 3, 2, 4], 6),
      wave([3, 3, 4, 1], 7),
    ];
    return tf.grads((table, input, recurrent, output, filter, depthwise) => {
      const embedded = tf.unstack(tf.gather(table, ids), 1);
      let state = tf.zeros([batch, width]);
      for (const x of embedded) state = tf.tanh(tf.add(tf.matMul(x, input), tf.matMul(state, recurrent)));
      const logProbabilities = tf.logSoftmax(tf.matMul(state, output));
      const text = tf.neg(tf.mean(tf.sum(tf.mul(logProbabilities, tf.oneHot(next, words)), -1)));
      const convolved = tf.relu(tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same'));
      const picture = tf.mean(
        tf.square(tf.depthwiseConv2d(convolved as tf.Tensor4D, depthwise as tf.Tensor4D, 1, 'valid')),
      );
      return tf.add(text, picture) as tf.Scalar;
    })(weights);
  });
  const values = results.map(tensor => tensor.dataSync() as Float32Array);
  tf.dispose(results);
  return values;
}

/** Weights without randomness: all different, and as large as initialisers make them. */
function wave(shape: number[], seed: number): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 0.2 * Math.sin(seed + 1.7 * i)),
    shape,
  );
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  let largest = 0;
  let difference = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(actual[i]! - value));
  }
  return difference / largest;
}
