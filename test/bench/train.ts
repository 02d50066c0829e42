import { availableParallelism } from 'node:os';
import { startBackend } from '@murmuration/engine/backend';
import { sparseSoftmaxCrossEntropy } from '@murmuration/engine/losses';
import * as tf from '@murmuration/engine/tf';
import type { BenchmarkOptions, Figures } from './benchmark.ts';

const BATCH = 16;
const LENGTH = 10;

interface Shape {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly units: number;
  /** Width of a dense layer before the output layer; 0 for none. */
  readonly hidden: number;
  /** Whether every position has a loss, or only the last one. */
  readonly everyPosition: boolean;
}

const NEXT_WORD: Shape = { vocabulary: 2_000, embedding: 64, units: 128, hidden: 0, everyPosition: false };
const KEYBOARDS: readonly Shape[] = [
  { vocabulary: 4_000, embedding: 64, units: 128, hidden: 64, everyPosition: true },
  { vocabulary: 10_000, embedding: 64, units: 128, hidden: 64, everyPosition: true },
];

/**
 * Milliseconds of one SGD step of next-word models, batch 16, sequence 10. `ratio` is the CPU backend's on embedding 2,000 × 64,
 * GRU 128, dense 2,000 over the engine's, both measured in this run.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0) throw new Error(`The benchmark train takes no arguments, but got ${args.join(' ')}.`);
  const { backend, reason } = await startBackend();
  log(`engine: ${backend} (${reason})`);
  const engine = measure(NEXT_WORD, { warmUp: 5, steps: 40 });
  log(`${engine.parameters} parameters, engine: ${engine.ms.toFixed(1)} ms a step`);
  const keyboards = KEYBOARDS.map(shape => {
    const { parameters, ms } = measure(shape, { warmUp: 3, steps: 15 });
    log(`${parameters} parameters, loss at every position, engine: ${ms.toFixed(1)} ms a step`);
    return { ...shape, parameters, ms };
  });
  await tf.setBackend('cpu');
  const cpu = measure(NEXT_WORD, { warmUp: 1, steps: 3 });
  const ratio = cpu.ms / engine.ms;
  log(
    `${cpu.parameters} parameters, CPU backend: ${cpu.ms.toFixed(0)} ms a step, ${ratio.toFixed(1)} times the engine's`,
  );
  return {
    ratio,
    engineMs: engine.ms,
    cpuMs: cpu.ms,
    backend,
    reason,
    parameters: engine.parameters,
    model: NEXT_WORD,
    batch: BATCH,
    length: LENGTH,
    keyboards,
    node: process.version,
    cores: availableParallelism(),
  };
}

/** The median of `steps` training steps on the current backend. */
function measure(
  shape: Shape,
  { warmUp, steps }: { warmUp: number; steps: number },
): { parameters: number; ms: number } {
  const model = nextWordModel(shape);
  const words = tf.randomUniform([BATCH, LENGTH], 0, shape.vocabulary, 'int32', 1);
  const next = tf.randomUniform(
    shape.everyPosition ? [BATCH, LENGTH] : [BATCH],
    0,
    shape.vocabulary,
    'int32',
    2,
  );
  const optimizer = tf.train.sgd(0.1);
  const step = () => {
    const loss = optimizer.minimize(
      () => sparseSoftmaxCrossEntropy(model.apply(words, { training: true }) as tf.Tensor, next),
      true,
    );
    loss?.dataSync();
    loss?.dispose();
  };
  for (let i = 0; i < warmUp; i++) step();
  const times = Array.from({ length: steps }, () => {
    const start = performance.now();
    step();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const parameters = model.countParams();
  tf.dispose([words, next]);
  model.dispose();
  return { parameters, ms: times[Math.floor(steps / 2)] };
}

function nextWordModel({ vocabulary, embedding, units, hidden, everyPosition }: Shape): tf.Sequential {
  const recurrentInitializer = 'glorotUniform'; // tfjs' default, orthogonal, takes seconds and changes no time measured here
  return tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputLength: LENGTH }),
      tf.layers.gru({ units, returnSequences: everyPosition, recurrentInitializer }),
      ...(hidden > 0 ? [tf.layers.dense({ units: hidden })] : []),
      tf.layers.dense({ units: vocabulary }),
    ],
  });
}
