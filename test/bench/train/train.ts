import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type BenchmarkOptions, type Figures, median, ratioOf } from '../benchmark.ts';
import { withOwnKernels } from './baseline.ts';
import { DIGITS_BATCH, Digits, digitsFlops } from './digits.ts';
import { BATCH, flopsOf, LENGTH, NextWord, type Shape } from './next-word.ts';
import { squareProduct } from './own-rate.ts';
import type { Trained } from './steps.ts';
import { timesOf } from './timing.ts';
import { torchMs } from './torch.ts';

const LAST_WORD: Shape = { vocabulary: 2_000, embedding: 64, units: 128, hidden: 0, everyPosition: false };
const KEYBOARDS: readonly Shape[] = [
  { vocabulary: 4_000, embedding: 64, units: 128, hidden: 64, everyPosition: true },
  { vocabulary: 10_000, embedding: 64, units: 128, hidden: 64, everyPosition: true },
];

/** Classes drawn for a step of the largest keyboard under sampled softmax. */
const NEGATIVES = 500;

/**
 * Milliseconds of one SGD step of next-word models on one thread, batch 16, sequence 10: on the fused kernels, by tfjs'
 * operations on tfjs-wasm with no more than the kernels that it lacks, and on the CPU backend. `gflops` counts the operations
 * of the matrix products; `share` is its part of what the kernels reach in one large product. The model on the last step is embedding
 * 2,000 × 64, GRU 128, dense 2,000. With `--threads N` each model trains on so many as well, and `threads.speedup` is how many times
 * faster that is. `digits` is the convolutional network of McMahan et al. 2017, batch 10.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { against, threads } = asked(args);
  const { backend, reason } = await startBackend();
  log(`engine: ${backend} (${reason})`);
  await tf.setBackend('wasm');
  const figures = await measure(new NextWord(LAST_WORD), flopsOf(LAST_WORD), 40, threads, log);
  const keyboards = [];
  for (const shape of KEYBOARDS)
    keyboards.push({ ...shape, ...(await measure(new NextWord(shape), flopsOf(shape), 15, threads, log)) });
  const digits = { batch: DIGITS_BATCH, ...(await measure(new Digits(), digitsFlops(), 15, threads, log)) };
  const sampled = await measureSampled(KEYBOARDS.at(-1)!, log);
  await tf.setBackend('cpu');
  const model = new NextWord(LAST_WORD);
  const [cpu] = timesOf([model.generic()], 3, 1);
  const cpuMs = median(cpu);
  const ratio = cpuMs / figures.engineMs;
  log(`CPU backend: ${cpuMs.toFixed(0)} ms a step, ${ratio.toFixed(1)} times the engine's`);
  return {
    ...figures,
    ratio,
    cpuMs,
    backend,
    reason,
    model: LAST_WORD,
    batch: BATCH,
    length: LENGTH,
    keyboards,
    digits,
    sampled,
    ...(against === 'torch' &&
      againstTorch(
        [figures, ...keyboards, digits].map(({ engineMs }) => engineMs),
        log,
      )),
    node: process.version,
    cores: availableParallelism(),
  };
}

interface Asked {
  readonly against: 'torch' | null;
  /** To compare with one thread; 1 for no comparison. */
  readonly threads: number;
}

/** Reads `--against torch` and `--threads N`. */
function asked(args: readonly string[]): Asked {
  const options = { against: { type: 'string' }, threads: { type: 'string', default: '1' } } as const;
  const { against, threads } = parseArgs({ args: [...args], options }).values;
  if (against !== undefined && against !== 'torch')
    throw new Error(`The benchmark train compares with torch alone, but got ${against}.`);
  if (!/^[1-9]\d?$/.test(threads))
    throw new Error(`The benchmark train takes 1 to 99 threads, but got ${threads}.`);
  return { against: against ?? null, threads: Number(threads) };
}

async function measure(
  model: Trained,
  flops: number,
  turns: number,
  threads: number,
  log: (line: string) => void,
) {
  const { parameters } = model;
  const fused = await model.fused();
  const square = await squareProduct();
  const generic = model.generic();
  const plain = () => withOwnKernels(generic);
  const shared = threads > 1 ? await model.fused(threads) : null;
  const [ours, squares, theirs, together] = timesOf(
    [fused.step, square.run, plain, ...(shared ? [shared.step] : [])],
    turns,
    5,
  );
  const [engineMs, squareMs, wasmMs] = [median(ours), median(squares), median(theirs)];
  const threadsMs = together && median(together);
  const vsTfjsWasm = ratioOf(theirs, ours);
  await shared?.close();
  model.dispose();
  const gflops = flops / engineMs / 1e6;
  const ownGflops = square.flops / squareMs / 1e6;
  const figures = {
    parameters,
    engineMs,
    wasmMs,
    vsTfjsWasm: vsTfjsWasm.ratio,
    vsTfjsWasmRange: vsTfjsWasm.range,
    gflops,
    ownGflops,
    share: gflops / ownGflops,
    ...(threadsMs !== undefined && {
      threads: { count: threads, ms: threadsMs, speedup: engineMs / threadsMs },
    }),
  };
  log(
    `${parameters} parameters: ${engineMs.toFixed(2)} ms a step, ${gflops.toFixed(1)} GFLOP/s of ${ownGflops.toFixed(1)}; ` +
      `tfjs-wasm ${wasmMs.toFixed(1)} ms, ${figures.vsTfjsWasm.toFixed(1)} times as much` +
      (threadsMs === undefined
        ? ''
        : `; ${threads} threads ${threadsMs.toFixed(2)} ms, ${(engineMs / threadsMs).toFixed(2)} times as fast`),
  );
  return figures;
}

/** A step with sampled softmax, and how many times as long one with all classes takes. */
async function measureSampled(shape: Shape, log: (line: string) => void) {
  const model = new NextWord(shape);
  const [sampled, full] = [await model.sampled(NEGATIVES), await model.fused()];
  const [ours, theirs] = timesOf([sampled.step, full.step], 15, 5);
  const [engineMs, fullMs] = [median(ours), median(theirs)];
  model.dispose();
  const speedup = fullMs / engineMs;
  log(
    `sampled softmax, ${NEGATIVES} negatives: ${engineMs.toFixed(2)} ms a step, ${speedup.toFixed(1)} times faster`,
  );
  return { negatives: NEGATIVES, engineMs, fullMs, speedup };
}

/** `vsTorch` is the engine's time over PyTorch's for the model on the last step, `allVsTorch` for each model in the order of the figures. */
function againstTorch(engineMs: readonly number[], log: (line: string) => void): Figures {
  const ms = torchMs([LAST_WORD, ...KEYBOARDS], 40);
  if (typeof ms === 'string') {
    log(ms);
    return { vsTorch: null, torch: ms };
  }
  const allVsTorch = ms.map((torch, i) => engineMs[i]! / torch);
  log(
    `PyTorch, one thread: ${ms.map(one => one.toFixed(2)).join(', ')} ms a step; ` +
      `the engine takes ${allVsTorch.map(ratio => ratio.toFixed(2)).join(', ')} times that`,
  );
  return { vsTorch: allVsTorch[0], allVsTorch, torchMs: ms };
}
