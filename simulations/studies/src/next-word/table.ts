import { availableParallelism } from 'node:os';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import type { PhoneFindings, PhoneSource } from '../hybrid/phone.ts';
import { findNgrams, type MinedNgrams } from '../ngrams/find-ngrams.ts';
import { trainByRounds } from './federated-training.ts';
import type { NgramBaselines } from './ngram-baselines.ts';
import { partMaker } from './part-maker.ts';
import type { KeyboardTableSettings } from './settings.ts';

/** Recall on the held-out messages of all phones: the same words for each row. */
export interface KeyboardTable extends NgramBaselines {
  /** Recall before any phone's text, where both trainings begin. */
  readonly pretrained: Recall;
  readonly central: Recall;
  readonly federated: Recall;
  /** Recall of the n-grams that phones have in common, by masked counts. */
  readonly counted: Recall;
  readonly countedNgrams: Omit<MinedNgrams, 'file'> & { readonly fileBytes: number };
  /**
   * Recall of each phone's own models: a fine-tuned copy of the shared model and an n-gram cache, without the
   * shared model.
   */
  readonly personal: Recall;
  /**
   * Recall of the shared model mixed with these and the shared n-grams, with weights chosen by each phone.
   */
  readonly hybrid: Recall;
  /** Recall without neural networks: only shared n-grams, and each phone's own. */
  readonly withoutNet: Recall;
  /** Mean weight of the phones' own models in the hybrid. */
  readonly meanLambda: number;
  /**
   * Share of the letters of the held-out words that a user saves by taking a word as soon as it is among the
   * hybrid's three suggestions.
   */
  readonly keystrokesSaved: number;
}

export interface KeyboardTableInputs {
  readonly phones: readonly PhoneMessages[];
  /** Words that the phones agree on, the most frequent first; the model learns as many as it has room for. */
  readonly words: readonly string[];
  /** Public sentences for pretraining. */
  readonly publicText: readonly string[];
  readonly settings: KeyboardTableSettings;
  /**
   * Number of threads for parts of the table, and again for training in rounds; one per processor by default.
   * Results don't depend on it.
   */
  readonly threads?: number;
  log(line: string): void;
}

/** Phones per part. */
export const phonesPerPart = 20;

/** Trains and measures all rows of the table. */
export async function measureTable(inputs: KeyboardTableInputs): Promise<KeyboardTable> {
  const { phones, settings, threads = availableParallelism(), log } = inputs;
  const { rowLength, seed } = settings;
  const train = phones.flatMap(phone => phone.train);
  const heldOut = phones.flatMap(phone => phone.heldOut);
  const words = inputs.words.slice(0, settings.model.vocabulary - firstWordId);
  await startBackend();
  const { make, close } = partMaker(threads, log);
  try {
    const ngrams = make({ part: 'ngrams', phones }).then(found => {
      log(`N-grams: ${told(found.trigram)}; mixed with the phone's own: ${told(found.mixedNgram)}.`);
      return found;
    });
    const { file, ...countedNgrams } = await findNgrams({
      phones,
      words,
      settings: settings.ngrams,
      seed,
      log,
    });
    const counted = await make({ part: 'counted', file, words, heldOut });
    log(`N-grams in common, by masked counts: ${told(counted)}.`);
    const common = { words, rowLength, seed };
    const begin = await make({
      ...common,
      part: 'central',
      name: 'Public text',
      model: untrained(settings, firstWordId + words.length),
      messages: withoutHeldOut(inputs),
      settings: settings.pretraining,
    });
    const pretrained = await make({ ...common, part: 'recall', model: begin, heldOut });
    log(`Before the phones' text: ${told(pretrained)}.`);
    const [central, federated] = await Promise.all([
      make({
        ...common,
        part: 'central',
        name: "Everybody's text",
        model: begin,
        messages: train,
        settings: settings.central,
      }),
      trainByRounds({
        ...common,
        begin,
        phones,
        settings: settings.federated,
        workers: threads,
        log,
      }),
    ]);
    const [centralRecall, federatedRecall] = await Promise.all(
      [central, federated].map(model => make({ ...common, part: 'recall', model, heldOut })),
    );
    log(`In one place: ${told(centralRecall!)}; by the phones: ${told(federatedRecall!)}.`);
    const parts = Array.from({ length: Math.ceil(phones.length / phonesPerPart) }, (_, part) =>
      phones.slice(part * phonesPerPart, (part + 1) * phonesPerPart),
    );
    let scored = 0;
    const lives = await Promise.all(
      parts.map(async some => {
        const found = await make({
          ...common,
          part: 'phones',
          model: federated,
          phones: some,
          fineTuning: settings.fineTuning,
          ngrams: file,
          prior: settings.prior,
        });
        scored += some.length;
        log(`${scored} of ${phones.length} phones are scored.`);
        return found;
      }),
    );
    return {
      ...(await ngrams),
      counted,
      countedNgrams: { ...countedNgrams, fileBytes: file.length },
      pretrained,
      central: centralRecall!,
      federated: federatedRecall!,
      ...pooledOf(lives.flat()),
      withoutNet: pooledOfAll(lives.flat().map(({ withoutNet }) => withoutNet)),
    };
  } finally {
    await close();
  }
}

function pooledOf(
  lives: readonly PhoneFindings[],
): Pick<KeyboardTable, 'personal' | 'hybrid' | 'meanLambda' | 'keystrokesSaved'> {
  const letters = lives.reduce((sum, { keystrokes }) => sum + keystrokes!.letters, 0);
  return {
    keystrokesSaved:
      lives.reduce((sum, { keystrokes }) => sum + keystrokes!.saved * keystrokes!.letters, 0) / letters,
    personal: pooled(lives, 'personal'),
    hybrid: pooled(lives, 'hybrid'),
    meanLambda: lives.reduce((sum, { report }) => sum + (report?.lambda ?? 0), 0) / lives.length,
  };
}

/** Returns the recall over the words of all phones. */
const pooled = (phones: readonly PhoneFindings[], source: PhoneSource): Recall =>
  pooledOfAll(phones.map(({ recalls }) => recalls[source]));

function pooledOfAll(recalls: readonly Recall[]): Recall {
  const words = recalls.reduce((sum, recall) => sum + recall.words, 0);
  const share = (top: 'top1' | 'top3') =>
    recalls.reduce((sum, recall) => sum + recall[top] * recall.words, 0) / words;
  return { top1: share('top1'), top3: share('top3'), words };
}

/** Returns the public text without sentences that equal a held-out message. */
export function withoutHeldOut({
  phones,
  publicText,
}: Pick<KeyboardTableInputs, 'phones' | 'publicText'>): string[] {
  const tokens = (message: string) => tokensOf(message).join(' ');
  const heldOut = new Set(phones.flatMap(phone => phone.heldOut.map(tokens)));
  return publicText.filter(sentence => !heldOut.has(tokens(sentence)));
}

/** Returns the untrained model. */
export function untrained({ model, seed }: KeyboardTableSettings, vocabulary: number): ModelFiles {
  const made = nextWordModel({ ...model, vocabulary, dense: model.embedding, tied: true }, seed);
  const { topology, layout, weights } = describeModel(made);
  made.dispose();
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

export function told({ top1, top3 }: Recall): string {
  return `top-1 ${(100 * top1).toFixed(1)} %, top-3 ${(100 * top3).toFixed(1)} %`;
}
