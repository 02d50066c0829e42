import { tfjsInference } from '@murmuration/client-sdk/hybrid/tfjs-inference';
import { nextWordModel, tableModel } from '@murmuration/demo-keyboard-app/task/model';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { predictorOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { type BenchmarkOptions, type Figures, ratioOf } from '../benchmark.ts';
import { words as vocabulary } from '../browser/messages.ts';
import { fourParts } from './four-parts.ts';

const TURNS = 200;
const WARM_UP = 30;
const SUGGESTIONS = 3;

/**
 * Milliseconds from a word to the next three suggestions of the 1.5 M-parameter keyboard model, with the state kept: on the fused
 * kernels, and on tfjs-wasm, which is let off with a sequence of that one word; of all four parts of a hybrid model at the fourth word of a
 * text, once they were asked at those before it, and on a text of four words that they see for the first time; and of one look-up of n-grams.
 * Taken in turns.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0)
    throw new Error(`The benchmark predict takes no arguments, but got ${args.join(' ')}.`);
  await startBackend();
  await tf.setBackend('wasm');
  const model = nextWordModel(tableModel, 1);
  const { predictor, engine, reason } = await predictorOf(model);
  const fused = (word: number) => {
    predictor.next(word);
    return predictor.top(SUGGESTIONS);
  };
  const generic = (word: number) =>
    tf.tidy(() => {
      const scores = model.apply(tf.tensor2d([[word]], undefined, 'int32')) as tf.Tensor;
      return tf.topk(scores, SUGGESTIONS).indices.dataSync();
    });
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let turn = -WARM_UP; turn < TURNS; turn++) {
    const word = (7_919 * (turn + WARM_UP)) % tableModel.vocabulary;
    for (const [suggest, times] of [
      [fused, ours],
      [generic, theirs],
    ] as const) {
      const start = performance.now();
      suggest(word);
      if (turn >= 0) times.push(performance.now() - start);
    }
  }
  const inference = tfjsInference(keyboardServing(new Vocabulary(vocabulary)));
  const { topology, layout, weights } = describeModel(model);
  const files = { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
  const hybrid = await fourParts(inference, files, vocabulary);
  const [typed, pasted, lookUps]: [number[], number[], number[]] = [[], [], []];
  for (let turn = -WARM_UP; turn < TURNS; turn++) {
    const words = hybrid.wordsAt(2 * (turn + WARM_UP));
    for (let typed = 1; typed < words.length; typed++) await hybrid.mixed(words.slice(0, typed).join(' '));
    for (const [answer, text, times] of [
      [hybrid.mixed, words.join(' '), typed],
      [hybrid.mixed, hybrid.wordsAt(2 * (turn + WARM_UP) + 1).join(' '), pasted],
      [hybrid.lookUp, words.join(' '), lookUps],
    ] as const) {
      const start = performance.now();
      await answer(text);
      if (turn >= 0) times.push(performance.now() - start);
    }
  }
  await hybrid.close();
  const vsTfjsWasm = ratioOf(theirs, ours);
  for (const times of [ours, theirs, typed, pasted, lookUps]) times.sort((a, b) => a - b);
  const at = (times: readonly number[], share: number) => times[Math.floor(share * TURNS)]!;
  const figures = {
    p50Ms: at(ours, 0.5),
    p95Ms: at(ours, 0.95),
    wasmP50Ms: at(theirs, 0.5),
    vsTfjsWasm: vsTfjsWasm.ratio,
    vsTfjsWasmRange: vsTfjsWasm.range,
    hybridP50Ms: at(typed, 0.5),
    hybridP95Ms: at(typed, 0.95),
    newTextP50Ms: at(pasted, 0.5),
    newTextP95Ms: at(pasted, 0.95),
    lookUpP50Ms: at(lookUps, 0.5),
    lookUpP95Ms: at(lookUps, 0.95),
  };
  log(`${engine}: ${figures.p50Ms.toFixed(2)} ms; tfjs-wasm ${figures.wasmP50Ms.toFixed(2)} ms`);
  log(`Four parts ${figures.hybridP50Ms.toFixed(2)} ms, of a new text ${figures.newTextP50Ms.toFixed(2)} ms`);
  log(`N-grams ${figures.lookUpP50Ms.toFixed(3)} ms`);
  return {
    ...figures,
    engine,
    reason,
    parameters: model.countParams(),
    suggestions: SUGGESTIONS,
    node: process.version,
  };
}
