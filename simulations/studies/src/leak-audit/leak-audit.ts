import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import { smsText } from '@murmuration/simulations/data/sms';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { keyboardTask } from '../keyboard/task.ts';
import { heldOutText } from '../keyboard/text.ts';
import { type Audit, audit, type Owner } from './audit.ts';
import { trainPhones } from './owners.ts';

/** Phones of the masked round; each one is attacked. */
const phones = 20;
const testedBytes = 2 ** 20;

/**
 * Attacks the first round of the keyboard task, on phones drawn from the corpus. Only words of the vocabulary
 * count; `words` and `wordsOutsideVocabulary` are the mean numbers of different ones that an owner typed.
 */
export async function run({ seed, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const text = smsText();
  const heldOut = heldOutText(text, smallModel.vocabulary);
  const vocabulary = new Vocabulary(heldOut.words);
  const task = keyboardTask({
    cohort: phones,
    devices: phones,
    seed,
    masking: 'on',
    graph: 'sparse',
    overSelection: 1,
    lose: 0,
    heldOut,
  });
  const { backend } = await startBackend();
  const initial = await task.model();
  const { topology, layout, weights } = describeModel(initial);
  initial.dispose();
  const { hash } = encodeModel(topology, layout, weights);
  const plan: Plan = {
    task: task.name,
    version: task.planVersion,
    model: hash,
    training: task.training,
    update: task.update,
    masking: task.masking,
    largestCohort: cohortSizeOf(task),
    grace: 0,
  };
  const drawn = shuffle(Uint32Array.from(text.phones.keys()), seededUniform(seed)).subarray(0, phones);
  const messages = Array.from(drawn, number => text.phones[number]!.train);
  log(`${phones} phones train on ${backend}.`);
  const owners = await trainPhones(
    { hash, topology, layout, weights },
    plan.training,
    vocabulary,
    messages,
    done => log(`${done} of ${phones} phones have trained.`),
  );
  const found = await audit({
    plan,
    layout,
    ids: vocabulary.size,
    owners,
    testedBytes,
    random: seededRandom(seed, 'leak audit'),
    log,
  });
  const perPhone = (of: (owner: Owner) => number) =>
    owners.reduce((sum, owner) => sum + of(owner), 0) / owners.length;
  const words = perPhone(owner => owner.words.size);
  const wordsOutsideVocabulary = perPhone(owner => owner.otherWords);
  const seconds = (systemClock.now() - began) / 1_000;
  return {
    figures: { ...found, phones, words, wordsOutsideVocabulary, seed, seconds },
    table: tableOf(found, words),
  };
}

function tableOf({ plain, masked, publicSum, chance, ...bytes }: Audit, words: number): string[][] {
  return [
    ['what the attacker has', `words that it names right, of ${words.toFixed(0)} different ones`],
    ['one plain update', percent(plain.recovered)],
    ['what a coordinator holds under masking', percent(masked.recovered)],
    ['the public sum', percent(publicSum.recovered)],
    ['the vocabulary, most frequent words first', percent(chance.recovered)],
    [],
    [`${bytes.uniformityBytes} bytes of one phone`, 'chance of bytes as uneven, were they uniform'],
    ['masked', bytes.uniformityP.toPrecision(3)],
    ['plain', bytes.uniformityPUnmasked.toPrecision(3)],
  ];
}
