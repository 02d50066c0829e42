import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import * as tf from '@murmuration/engine/tfjs/tf';
import { decodeNgrams, encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { parseModelJson } from '@murmuration/protocol/weights/model-files';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { Registry } from '@murmuration/rounds/registry/registry';
import { ensureFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { type NgramsOf, ngramsFrom } from '@murmuration/rounds/rounds/ngram-chain';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => void (await tf.setBackend('cpu')));

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`);

const queryOf = (count: number, threshold = 3) =>
  defineQuery({
    name: 'phrases',
    kind: 'ngrams',
    threshold,
    classes: firstWordId + count,
    firstClass: firstWordId,
    values: 50,
    sketches: [],
  }) as NgramsQuery;

interface Asked {
  readonly count: number;
  readonly frozen?: boolean;
  readonly query?: NgramsQuery;
  readonly serving?: TaskDefinition['serving'];
}

function taskOf({ count, frozen = false, query = queryOf(count), serving = { ngrams: 'phrases' } }: Asked) {
  return defineTask({
    name: 'keyboard',
    model: () => {
      const rows = { vocabulary: firstWordId + count, embedding: 4, gru: 4, dense: null };
      const model = nextWordModel(rows, 1);
      for (const layer of model.layers) if (/gru/i.test(layer.name)) layer.trainable = !frozen;
      return model;
    },
    vocabulary: words(count),
    plan: { learningRate: 0.1 },
    update: { clip: 15, bits: 8 },
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 4, minimum: 3, overSelection: 1 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    queries: [query],
    serving,
  } as TaskDefinition);
}

/** Coordinators over one storage, in which three devices have said the first and the third word. */
async function world() {
  const clock = new VirtualClock();
  const documents = memoryDocuments();
  const queryResults = queryResultsIn(documents);
  const history = memoryHistory(undefined, undefined, documents);
  const blobs = memoryBlobs();
  const registry = new Registry(blobs, history);
  const start = (asked: Asked, ngramsOf: NgramsOf = ngramsFrom(queryResults, clock)) =>
    ensureFirstVersion(taskOf(asked), registry, history, clock, ngramsOf);
  await start({ count: 6 });
  const query = queryOf(6);
  const sum = new Int32Array(queryForm(query, 3).elements);
  for (let device = 0; device < 3; device++)
    for (const [i, value] of encodeAnswer(query, [[firstWordId, firstWordId + 2]]).entries())
      sum[i]! += value;
  const result = {
    query,
    startedAt: 0,
    endedAt: 0,
    devices: 3,
    failure: null,
    figures: figuresOf(query, sum, 3),
  };
  await history.commit({
    round: { task: taskOf({ count: 6 }).name, round: 'r', number: 1, query: 'phrases', outcome: 'published' },
    result: { ...result, task: taskOf({ count: 6 }).name, round: 'r', number: 1 },
  } as unknown as Parameters<typeof history.commit>[0]);
  /** The newest version, and the n-grams that its files name. */
  const newest = async () => {
    const { version } = (await history.head(taskOf({ count: 6 }).name))!;
    const { ngrams } = parseModelJson(version.model, await blobs.get(version.model));
    return { version, trie: ngrams && decodeNgrams(await blobs.get(ngrams.hash)) };
  };
  return { start, newest };
}

const said = [firstWordId, firstWordId + 2];

describe('a version that no round makes', () => {
  it('VG10: carries what devices have said where it has more words, in a file of all of them', async () => {
    const { start, newest } = await world();
    expect((await newest()).trie).toBeUndefined();
    await start({ count: 9 });
    const { version, trie } = await newest();
    expect(version).toMatchObject({ number: 1, round: null, vocabulary: { words: 9 }, ngrams: [2] });
    expect([trie!.classes, [...trie!.ids]]).toEqual([firstWordId + 9, said]);
  });

  it('carries it where other layers are frozen', async () => {
    const { start, newest } = await world();
    await start({ count: 6, frozen: true });
    const { version, trie } = await newest();
    expect(version).toMatchObject({ number: 1, round: null, ngrams: [2] });
    expect([trie!.classes, [...trie!.ids]]).toEqual([firstWordId + 6, said]);
  });

  it('carries the file of its task, where that names one', async () => {
    const { start, newest } = await world();
    const terms = { classes: firstWordId + 9, firstClass: firstWordId, threshold: 3 };
    const file = encodeNgrams([{ ids: [firstWordId + 1], count: 5 }], terms);
    await start({ count: 9, serving: { ngrams: file } });
    expect([...(await newest()).trie!.ids]).toEqual([firstWordId + 1]);
  });

  it('carries nothing where its task asks for something else now, or for none', async () => {
    for (const change of [{ query: queryOf(9, 4) }, { serving: {} }]) {
      const { start, newest } = await world();
      await start({ count: 9, ...change });
      const { version, trie } = await newest();
      expect(version.number).toBe(1);
      expect(version).not.toHaveProperty('ngrams');
      expect(trie).toBeUndefined();
    }
  });

  it('VG3: is not made of other words, and n-grams of these are paired with no other vocabulary', async () => {
    const { start, newest } = await world();
    await start({ count: 9 });
    const { version } = await newest();
    // Fewer words than the version knows, and n-grams that were asked of more words than there are.
    await expect(start({ count: 6 })).rejects.toMatchObject({ code: 'config.invalid' });
    expect(() => taskOf({ count: 9, query: queryOf(8) })).toThrow(/n-grams of 8 words/);
    expect((await newest()).version).toEqual(version);
  });
});
