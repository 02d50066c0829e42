import { adaptedNgrams } from '@murmuration/client-sdk/hybrid/adapted-ngrams';
import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { loadModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { contentHash, encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Phone } from '../data/federated-text.ts';
import { livePhone, type PhoneFindings, questionsOf } from '../hybrid/phone.ts';
import { uniformInference } from '../hybrid/uniform-inference.ts';
import { trainCentrally } from './central-training.ts';
import type { CentralSettings, KeyboardTableSettings } from './settings.ts';

/** What every part of the table that uses the model begins with. */
export interface ModelPart {
  readonly model: ModelFiles;
  /** Of the vocabulary. */
  readonly words: readonly string[];
  readonly rowLength: number;
  readonly seed: number;
}

export interface TrainedModel {
  readonly model: ModelFiles;
  /** On the held-out messages. */
  readonly recall: Recall;
}

type Log = (line: string) => void;

export interface CentralPart extends ModelPart {
  readonly part: 'central';
  /** What it is called in the log. */
  readonly name: string;
  readonly messages: readonly string[];
  readonly heldOut: readonly string[];
  readonly settings: CentralSettings;
}

/** The model taught with text in one place. */
export async function teachCentrally(
  { name, model, words, rowLength, messages, heldOut, settings, seed }: CentralPart,
  log: Log,
): Promise<TrainedModel> {
  const vocabulary = new Vocabulary(words);
  const weights = await trainCentrally({
    model,
    objective: nextWord(vocabulary, rowLength),
    messages,
    settings,
    seed,
    trained: (epoch, loss) =>
      log(`${name}, epoch ${epoch} of ${settings.epochs}: loss ${loss.toFixed(3)} nats.`),
  });
  const { topology, layout } = model;
  const { hash } = encodeModel(topology, layout, weights);
  return measured({ hash, topology, layout, weights }, vocabulary, heldOut);
}

export interface RecallPart extends ModelPart {
  readonly part: 'recall';
  readonly heldOut: readonly string[];
}

/** What a model comes to on the held-out messages. */
export async function measureRecall({ model, words, heldOut }: RecallPart): Promise<Recall> {
  return (await measured(model, new Vocabulary(words), heldOut)).recall;
}

async function measured(
  model: ModelFiles,
  vocabulary: Vocabulary,
  heldOut: readonly string[],
): Promise<TrainedModel> {
  const loaded = await loadModel(model);
  const found = await recall(loaded, vocabulary, heldOut);
  loaded.dispose();
  return { model, recall: found };
}

export interface PhonesPart extends ModelPart {
  readonly part: 'phones';
  readonly phones: readonly Phone[];
  readonly fineTuning: KeyboardTableSettings['fineTuning'];
  /** The file of n-grams that they have in common. */
  readonly ngrams: Uint8Array;
}

/** What came of one phone of the table. */
export interface TablePhone extends PhoneFindings {
  /** Of its hybrid model without the shared model and its fine-tuned copy. */
  readonly withoutNet: Recall;
}

/** Each phone with what it learned itself, before its held-out messages; those without a held-out word are left out. */
export async function livePhones({
  model: { topology, layout, weights },
  words,
  rowLength,
  phones,
  fineTuning,
  ngrams,
}: PhonesPart): Promise<TablePhone[]> {
  const vocabulary = new Vocabulary(words);
  const trainer = tfjsTrainer(nextWord(vocabulary, rowLength));
  const file = { hash: contentHash(ngrams), bytes: ngrams.length };
  const model = { ...encodeModel(topology, layout, weights, contentHash, undefined, file), ngrams };
  const { negatives, ...settings } = fineTuning;
  const sampledSoftmax = negatives === null ? null : { negatives };
  const personal = [adaptedNgrams(), fineTuned({ ...settings, sampledSoftmax }), ngramCache()];
  const found: TablePhone[] = [];
  for (const { train, heldOut } of phones) {
    if (!heldOut.some(message => questionsOf(message, vocabulary).length > 0)) continue;
    const ports = { model, vocabulary, trainer, observes: false };
    const counted = await livePhone(train, heldOut, {
      ...ports,
      personal: [adaptedNgrams(), ngramCache()],
      inference: uniformInference,
    });
    found.push({
      ...(await livePhone(train, heldOut, { ...ports, personal, types: true })),
      withoutNet: counted.recalls.hybrid,
    });
  }
  await trainer.close();
  return found;
}
