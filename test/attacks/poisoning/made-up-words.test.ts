import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { HeavyHitters, Sketch } from '@murmuration/protocol/queries/heavy-hitters';
import type { HeavyHittersQuery } from '@murmuration/protocol/queries/query';
import { bucketRows, digestOf, pieces } from '@murmuration/protocol/queries/text-digest';
import { cellsIn, tableFor } from '@murmuration/protocol/queries/text-table';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { QueryResult } from '@murmuration/rounds/registry/query-results';
import { addedWordsIn, withAddedWords } from '@murmuration/rounds/vocabulary/added-words';
import { growingTask } from '@murmuration/rounds/vocabulary/growing-task';
import { NewWords } from '@murmuration/rounds/vocabulary/new-words';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';

const query = defineQuery({
  name: 'new-words',
  kind: 'heavy-hitters',
  threshold: 4,
  values: 20,
  texts: 30,
  buckets: 256,
  bytes: 16,
}) as HeavyHittersQuery;

/** Everybody but the attacker has typed this. */
const honest = Array.from({ length: 15 }, () => ['brighton']);
const devices = honest.length + 1;

/** What all honest devices and the attacker say together: masks hide which of them says what. */
function sumOf(asked: HeavyHittersQuery, forged: Int32Array): Int32Array {
  const sum = forged.slice();
  for (const [device, texts] of honest.entries()) {
    const ports = { hash: sha256, secret: seededRandom(device)(32) };
    for (const [i, element] of encodeAnswer(asked, { texts, times: 1 }, ports).entries())
      sum[i] = (sum[i]! + element) | 0;
  }
  return sum;
}

/** Both rounds, in which one device says of a text that so many have each of its pieces. */
function found(text: string, each: number): HeavyHitters {
  const { buckets, piece } = digestOf(text, query, sha256);
  const first = new Int32Array(queryForm(query, devices).elements);
  for (let row = 0; row < bucketRows; row++) first[row * query.buckets + buckets[row]!] = query.threshold;
  const sketch = figuresOf(query, sumOf(query, first), devices) as Sketch;
  const second = { ...query, heavy: new Uint8Array(Buffer.from(sketch.heavy, 'base64url')) };
  const table = tableFor(second);
  const forged = new Int32Array(table.elements);
  for (const cell of cellsIn(second, table)(buckets) ?? [])
    for (let number = 0; number < pieces; number++)
      for (const [i, value] of [1, ...piece(number)].entries())
        forged[(cell * pieces + number) * table.width + i]! += each * value;
  return figuresOf(second, sumOf(second, forged), devices) as HeavyHitters;
}

const textsIn = ({ texts }: HeavyHitters) => texts.map(({ text }) => text);

describe('one device that makes up words', () => {
  it.each(['\u{1b}[2Jrm', 'a\nb', 'a\rb', '\u{9b}31m', 'a\u{7f}'])(
    'QY9: has none shown that no device may say: %j',
    text => {
      const said = found(text, 2);
      expect(textsIn(said)).toEqual(['brighton']);
      expect(said.unread).toBeGreaterThan(0);
    },
  );

  it('has none shown with more devices than answered', () => {
    expect(textsIn(found('spam', 5))).toEqual(['brighton']);
  });

  it('THREAT_MODEL, VG11: has one proposed, which is added by nobody but an operator who names it', async () => {
    const said = found('spam', 2);
    expect(said.texts).toMatchObject([
      { text: 'brighton', devices: 15 },
      { text: 'spam', devices: 8 },
    ]);
    const task = growingTask(['see', 'you'], { query: 'new-words', most: 4 }, () => ({
      name: 'keyboard',
      model: () => nextWordModel({ vocabulary: 6, embedding: 4, gru: 4, dense: null }, 1),
      plan: { learningRate: 0.1 },
      update: { clip: 1, bits: 8 },
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
      cohort: { goal: 5, minimum: 4, overSelection: 1 },
      uploadSlot: 0,
      schedule: { every: '0 s' },
      queries: [query],
    }));
    const results = [{ query, figures: said, number: 2, endedAt: 1 } as unknown as QueryResult];
    const store = addedWordsIn(memoryDocuments());
    const newWords = new NewWords({
      taskOf: () => task,
      queryResults: { results: async () => results },
      store,
      clock: new VirtualClock(),
      requireGrows: async () => {},
    });
    const { proposed } = await newWords.of(task.name);
    expect(proposed.map(({ word }) => word)).toEqual(['brighton', 'spam']);
    expect((await withAddedWords(task, store)).vocabulary).toEqual(['see', 'you']);
    await newWords.grow(task.name, 'Ada', ['brighton']);
    expect((await withAddedWords(task, store)).vocabulary).toEqual(['see', 'you', 'brighton']);
  });
});
