import { createHash } from 'node:crypto';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { describeModel, writeWeights } from '@murmuration/engine/models/model';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import type { HeldOutText } from '../keyboard/evaluate.ts';
import { trainCentrally } from '../next-word/central-training.ts';
import type { CentralSettings } from '../next-word/settings.ts';
import { quantiseWeights, readQuantisedWeights } from './quantised-weights.ts';

/** Origin of version 0. */
export interface Provenance {
  readonly text: {
    readonly package: string;
    readonly licence: string;
    readonly what: string;
    readonly sentences: number;
    /** SHA-256 of the sentences, one per line, in hex. */
    readonly sha256: string;
  };
  /**
   * SHA-256 of the words of the vocabulary, one per line, in hex; they come from the public text, because no
   * phone's text is known yet.
   */
  readonly vocabularySha256: string;
  readonly settings: CentralSettings;
  readonly seed: number;
  /** Per cent of the phones' held-out words, with the quantised weights. */
  readonly recall: { readonly top1: number; readonly top3: number };
}

const settings: CentralSettings = {
  epochs: 8,
  batchSize: 32,
  learningRate: 0.003,
  lastRate: 0.1,
  gradientClip: 1,
  negatives: null,
};
const seed = 1;

/**
 * Trains the keyboard's small model with text that no phone holds. The same text gives the same bytes on the
 * same kernels.
 */
export async function pretrain(
  text: Pick<Provenance['text'], 'package' | 'licence' | 'what'> & { readonly all: readonly string[] },
  { words, messages }: HeldOutText,
  log: (line: string) => void,
): Promise<{ readonly weights: Uint8Array; readonly provenance: Provenance }> {
  const vocabulary = new Vocabulary(words);
  const model = nextWordModel({ ...smallModel, vocabulary: vocabulary.size }, seed);
  const { topology, layout, weights: first } = describeModel(model);
  const { hash } = encodeModel(topology, layout, first);
  const trained = await trainCentrally({
    model: { hash, topology, layout, weights: first },
    objective: nextWord(vocabulary),
    messages: text.all,
    settings,
    seed,
    trained: (epoch, loss) => log(`Epoch ${epoch} of ${settings.epochs}: loss ${loss.toFixed(3)} nats.`),
  });
  const weights = quantiseWeights(trained, layout);
  writeWeights(model, readQuantisedWeights(weights, layout));
  const { top1, top3 } = await recall(model, vocabulary, messages);
  model.dispose();
  const { all, ...source } = text;
  const provenance = {
    text: { ...source, sentences: all.length, sha256: linesSha256(all) },
    vocabularySha256: linesSha256(words),
    settings,
    seed,
    recall: { top1: inPercent(top1), top3: inPercent(top3) },
  };
  return { weights, provenance };
}

/** Returns the SHA-256 of lines, in hex. */
export function linesSha256(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function inPercent(share: number): number {
  return Math.round(1e4 * share) / 100;
}
