import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId, mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { centre } from '@murmuration/protocol/secagg/ring';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { meanOfSum, quantizationFor } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { smsText } from '@murmuration/simulations/data/sms';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { audit, type Owner } from '@murmuration/studies/leak-audit/audit';
import { elementsOf, withoutSelfMask } from '@murmuration/studies/leak-audit/holdings';
import { MaskedCohort } from '@murmuration/studies/leak-audit/masked-cohort';
import { trainPhones } from '@murmuration/studies/leak-audit/owners';
import { beforeAll, describe, expect, it } from 'vitest';

const phones = 6;
const messages = smsText()
  .phones.slice(0, phones)
  .map(({ train }) => train.slice(0, 12));
const vocabulary = mostFrequentWords(messages.flat(), 400);

let plan: Plan;
let files: ModelFiles;
let owners: readonly Owner[];

beforeAll(async () => {
  await startBackend();
  const task = defineTask({
    name: 'words',
    model: () => nextWordModel({ vocabulary: vocabulary.size, embedding: 8, gru: 8, dense: null }, 1),
    plan: { batchSize: 8, learningRate: 1, maxExamples: 12 },
    update: { clip: 5, weightCap: 4 },
    masking: { threat: 'honest-but-curious' },
    cohort: { goal: phones, minimum: phones, overSelection: 1 },
    uploadSlot: 0,
    schedule: { every: 0 },
  });
  const model = await task.model();
  const { topology, layout, weights } = describeModel(model);
  model.dispose();
  files = { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
  plan = {
    task: task.name,
    version: 1,
    model: files.hash,
    training: task.training,
    update: task.update,
    masking: task.masking,
    largestCohort: phones,
    grace: 0,
  };
  owners = await trainPhones(files, plan.training, vocabulary, messages, () => {});
});

const run = (seed: number, testedBytes = 2 ** 16) =>
  audit({
    plan,
    layout: files.layout,
    ids: vocabulary.size,
    owners,
    testedBytes,
    random: seededRandom(seed, 'audit'),
    log: () => {},
  });

describe('the owners', () => {
  it('typed the words of their messages', () => {
    for (const [i, { words, otherWords }] of owners.entries()) {
      const text = ` ${messages[i]!.join(' ').toLowerCase()} `;
      for (const id of words) expect(text).toContain(vocabulary.word(id));
      expect(words.size).toBeGreaterThan(10);
      expect(Math.min(...words)).toBeGreaterThanOrEqual(firstWordId);
      expect(otherWords).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('the audit', () => {
  it('reads a plain update, and from masked ones what the sum says', async () => {
    const found = await run(1);
    expect(found.plain.recovered).toBeGreaterThanOrEqual(0.8);
    expect(found.masked.recovered).toBeGreaterThanOrEqual(found.publicSum.recovered);
    expect(found.masked.recovered).toBeLessThanOrEqual(found.publicSum.recovered + 0.02);
    // Bytes of one phone say no more than a blind choice among all words does.
    const blind = owners.reduce((sum, { words }) => sum + words.size, 0) / phones / vocabulary.words.length;
    expect(Math.abs(found.masked.attempts.maskedBytes - blind)).toBeLessThan(0.1);
    expect(Math.abs(found.masked.attempts.selfMaskOff - blind)).toBeLessThan(0.1);
    expect(found.uniformityBytes).toBeGreaterThanOrEqual(2 ** 16);
    expect(found.uniformityP).toBeGreaterThanOrEqual(0.001);
    expect(found.uniformityPUnmasked).toBeLessThan(1e-6);
  });

  it('finds the same with the same seed', async () => {
    expect(await run(2, 1)).toEqual(await run(2, 1));
  });
});

describe('a masked cohort', () => {
  it('takes the self masks off and leaves what cancels in the sum alone', async () => {
    const random = seededRandom(3, 'cohort');
    const cohort = new MaskedCohort(plan, phones, random);
    const uploads = owners.map(({ learned }, i) => cohort.upload(i, learned, random));
    const unmasker = unmaskerPool(1);
    const { sum, secrets } = await cohort.unmask(uploads, files.layout, unmasker);
    await unmasker.close();

    const { form } = sum;
    const added = new Int32Array(form.count);
    for (const [i, bytes] of uploads.entries()) {
      const masked = elementsOf(bytes, form);
      const own = withoutSelfMask(masked, cohort.phones[i]!.dealing, secrets, cohort.context, form.width);
      own.forEach((value, at) => {
        added[at]! += value;
      });
    }
    expect(centre(added, form.width)).toEqual(centre(Int32Array.from(sum.elements), form.width));
    const settings = { ...plan.update, largestCohort: plan.largestCohort };
    const quantization = quantizationFor(files.layout.count, settings);
    expect(meanOfSum(added, phones, settings, quantization, cohort.context.round)).toEqual(sum.mean());
  });

  it('masks one update of a phone', () => {
    const random = seededRandom(4, 'cohort');
    const cohort = new MaskedCohort(plan, phones, random);
    cohort.upload(0, owners[0]!.learned, random);
    expect(() => cohort.upload(0, owners[0]!.learned, random)).toThrow(RangeError);
  });

  it('knows the form that the coordinator asks for', () => {
    const random = seededRandom(5, 'cohort');
    const cohort = new MaskedCohort(plan, phones, random);
    const bytes = cohort.upload(1, owners[1]!.learned, random);
    const { round } = cohort.context;
    const sum = new RingSum(files.layout, { ...plan.update, largestCohort: phones }, round, true);
    expect(() => sum.add(bytes)).not.toThrow();
  });
});
