import { adaptedNgrams } from '@murmuration/client-sdk/hybrid/adapted-ngrams';
import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { tfjsInference } from '@murmuration/client-sdk/hybrid/tfjs-inference';
import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { PrivateLayers } from '@murmuration/client-sdk/private-layers/private-layers';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { Serving } from '@murmuration/engine/inference/serving';
import { loadModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { contentHash, encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import type { Stranger } from '../hybrid/baselines.ts';
import { livePhone, type PhoneFindings, questionsOf, type Recalls } from '../hybrid/phone.ts';
import { uniformInference } from '../hybrid/uniform-inference.ts';
import { trainCentrally } from './central-training.ts';
import type { CentralSettings, KeyboardTableSettings } from './settings.ts';
import { askPhones, type PartsOfPhones } from './weights.ts';

/** Common input of all parts that use the model. */
export interface ModelPart {
  readonly model: ModelFiles;
  /** Words of the vocabulary. */
  readonly words: readonly string[];
  readonly rowLength: number;
  readonly seed: number;
}

type Log = (line: string) => void;

export interface CentralPart extends ModelPart {
  readonly part: 'central';
  /** Name in the log. */
  readonly name: string;
  readonly messages: readonly string[];
  readonly settings: CentralSettings;
}

/** Trains the model with text in one place. */
export async function teachCentrally(
  { name, model, words, rowLength, messages, settings, seed }: CentralPart,
  log: Log,
): Promise<ModelFiles> {
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
  return { hash, topology, layout, weights };
}

export interface RecallPart extends ModelPart {
  readonly part: 'recall';
  readonly heldOut: readonly string[];
}

/** Measures a model's recall on the held-out messages. */
export async function measureRecall({ model, words, heldOut }: RecallPart): Promise<Recall> {
  const vocabulary = new Vocabulary(words);
  const loaded = await loadModel(model);
  const found = await recall(loaded, vocabulary, heldOut);
  loaded.dispose();
  return found;
}

export interface PhonesPart extends ModelPart {
  readonly part: 'phones';
  readonly phones: readonly PhoneMessages[];
  readonly fineTuning: KeyboardTableSettings['fineTuning'];
  /** File of the n-grams that phones have in common. */
  readonly ngrams: Uint8Array;
  /** Prior of the mixtures' weights; null: none. */
  readonly prior: WeightsPrior | null;
}

export interface WeightsPart extends Omit<PhonesPart, 'part'> {
  readonly part: 'weights';
}

/**
 * Returns the probabilities that the parts of the hybrid gave to the phones' later messages, after all parts
 * had learned.
 */
export async function askForWeights(part: WeightsPart): Promise<PartsOfPhones> {
  const { vocabulary, trainer, model, personal } = readied(part);
  const serving = keyboardServing(vocabulary) as Serving<unknown>;
  const inference = tfjsInference(serving);
  const files = { ...part.model, ngrams: model.ngrams };
  const privateLayers = new PrivateLayers(memoryStorage(), 'keyboard' as TaskName);
  const found = await askPhones(part.phones, files, personal, { serving, trainer, inference, privateLayers });
  await inference.close();
  await trainer.close();
  return found;
}

/** Results of one phone of the table. */
export interface TablePhone extends PhoneFindings {
  /** Recall of its hybrid model without the shared model and its fine-tuned copy. */
  readonly withoutNet: Recall;
}

/**
 * Scores each phone's held-out messages with what it learned before; leaves out phones without a held-out
 * word.
 */
export async function livePhones(part: PhonesPart): Promise<TablePhone[]> {
  const { vocabulary, trainer, model, personal } = readied(part);
  const found: TablePhone[] = [];
  for (const { train, heldOut } of part.phones) {
    if (!heldOut.some(message => questionsOf(message, vocabulary).length > 0)) continue;
    const ports = { model, vocabulary, trainer, observes: false };
    const counted = await livePhone(train, heldOut, {
      ...ports,
      personal: personal.filter(({ name }) => name !== 'fine-tuned'),
      inference: uniformInference,
    });
    found.push({
      ...(await livePhone(train, heldOut, { ...ports, personal, prior: part.prior, types: true })),
      withoutNet: counted.recalls.hybrid,
    });
  }
  await trainer.close();
  return found;
}

export interface StrangersPart extends Omit<PhonesPart, 'part' | 'phones'> {
  readonly part: 'strangers';
  readonly strangers: readonly Stranger[];
}

/**
 * Scores phones that the rounds never saw: each learns from earlier messages, is scored on later ones, and
 * learns from these too.
 */
export async function liveStrangers(part: StrangersPart): Promise<Recalls[]> {
  const { vocabulary, trainer, model, personal } = readied(part);
  const found: Recalls[] = [];
  for (const { before, after } of part.strangers)
    found.push(
      (await livePhone(before, after, { model, vocabulary, trainer, personal, prior: part.prior })).recalls,
    );
  await trainer.close();
  return found;
}

function readied({
  model: { topology, layout, weights },
  words,
  rowLength,
  fineTuning,
  ngrams,
}: ModelPart & Pick<PhonesPart, 'fineTuning' | 'ngrams'>) {
  const vocabulary = new Vocabulary(words);
  const file = { hash: contentHash(ngrams), bytes: ngrams.length };
  const { negatives, average, ...settings } = fineTuning;
  const tuned = fineTuned({
    ...settings,
    sampledSoftmax: negatives === null ? null : { negatives },
    average: average ?? undefined,
  });
  return {
    vocabulary,
    trainer: tfjsTrainer(nextWord(vocabulary, rowLength)),
    model: { ...encodeModel(topology, layout, weights, contentHash, undefined, file), ngrams },
    personal: [adaptedNgrams(), tuned, ngramCache()],
  };
}
