import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { tfjsTrainer } from '@murmuration/client-sdk/training/tfjs-trainer';
import { fedAdam } from '@murmuration/coordinator/strategy/fed-adam';
import { defineTask } from '@murmuration/coordinator/task/define-task';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { loadModel } from '@murmuration/engine/model';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Phone } from '../data/federated-text.ts';
import { trainGlobal } from '../hybrid/global-training.ts';
import { livePhone, type PhoneFindings, questionsOf } from '../hybrid/phone.ts';
import { seededRandom } from '../seeded-random.ts';
import { trainCentrally } from './central-training.ts';
import type { CentralSettings, FederatedSettings, KeyboardTableSettings } from './settings.ts';

/** What every part of the table that uses the model begins with. */
export interface ModelPart {
  readonly model: ModelFiles;
  /** Of the vocabulary. */
  readonly words: readonly string[];
  readonly rowLength: number;
  readonly seed: number;
}

export interface Taught {
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
): Promise<Taught> {
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

export interface FederatedPart extends ModelPart {
  readonly part: 'federated';
  readonly phones: readonly Phone[];
  readonly settings: FederatedSettings;
}

/** The model taught by rounds of the phones, without masks: these change no sum. */
export async function teachByRounds(
  { model, words, rowLength, phones, settings, seed }: FederatedPart,
  log: Log,
): Promise<Taught> {
  const vocabulary = new Vocabulary(words);
  const { stages, cohort, negatives, strategy, plan, update } = settings;
  const all = stages.reduce((sum, { rounds }) => sum + rounds, 0);
  let taught = model;
  let before = 0;
  for (const [stage, { rounds, learningRate, serverLearningRate }] of stages.entries()) {
    const begin = taught;
    const first = before;
    taught = await trainGlobal({
      task: defineTask({
        name: 'keyboard',
        planVersion: stage + 1,
        model: () => loadModel(begin),
        plan: {
          ...plan,
          learningRate,
          seed: seed + first,
          sampledSoftmax: negatives === null ? null : { negatives },
        },
        update,
        masking: 'off',
        cohort: { goal: cohort, minimum: cohort, overSelection: 1 },
        schedule: { every: 0 },
        strategy: fedAdam({ ...strategy, serverLearningRate }),
      }),
      objective: nextWord(vocabulary, rowLength),
      phones: phones.map(({ train }) => train),
      rounds,
      seed: seed + stage,
      random: seededRandom(seed, `keyboard ${stage}`),
      trained: (round, loss) => {
        if ((first + round) % 10 === 0 || first + round === all)
          log(`Round ${first + round} of ${all}: loss ${loss.toFixed(3)} nats.`);
      },
    });
    before += rounds;
  }
  return measured(
    taught,
    vocabulary,
    phones.flatMap(({ heldOut }) => heldOut),
  );
}

async function measured(
  model: ModelFiles,
  vocabulary: Vocabulary,
  heldOut: readonly string[],
): Promise<Taught> {
  const loaded = await loadModel(model);
  const found = await recall(loaded, vocabulary, heldOut);
  loaded.dispose();
  return { model, recall: found };
}

export interface PhonesPart extends ModelPart {
  readonly part: 'phones';
  readonly phones: readonly Phone[];
  readonly fineTuning: KeyboardTableSettings['fineTuning'];
}

/** Each phone with what it learned itself, before its held-out messages; those without a held-out word are left out. */
export async function livePhones({
  model: { topology, layout, weights },
  words,
  rowLength,
  phones,
  fineTuning,
}: PhonesPart): Promise<PhoneFindings[]> {
  const vocabulary = new Vocabulary(words);
  const trainer = tfjsTrainer(nextWord(vocabulary, rowLength));
  const model = encodeModel(topology, layout, weights);
  const personal = [fineTuned(fineTuning), ngramCache()];
  const found: PhoneFindings[] = [];
  for (const { train, heldOut } of phones) {
    if (!heldOut.some(message => questionsOf(message, vocabulary).length > 0)) continue;
    found.push(await livePhone(train, heldOut, { model, vocabulary, trainer, personal, observes: false }));
  }
  await trainer.close();
  return found;
}
