import { forgetting } from '@murmuration/demo-keyboard-app/task/goldfish';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { packRows } from '@murmuration/demo-keyboard-app/task/pack';
import { firstWordId, paddingId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { prefixWords, saidWordForWord, secretsOf } from '@murmuration/studies/memorisation/secrets';
import { beforeAll, describe, expect, it } from 'vitest';

const words = Array.from({ length: 64 }, (_, i) => `${'abcdefgh'[i >> 3]}${'abcdefgh'[i & 7]}`);
const vocabulary = new Vocabulary(words);
const quarter = { share: 1 / 4, key: 7 };

/** Numbers that look drawn, the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const drawn = (count: number, seed = 1) => {
  const uniform = numbers(seed);
  return Array.from({ length: count }, () => firstWordId + Math.floor(uniform() * words.length));
};

describe('what Goldfish forgets', () => {
  it('is a share of all words', () => {
    const ids = drawn(20_000);
    for (const share of [1 / 8, 1 / 4, 1 / 2]) {
      const forgets = forgetting({ share, key: 7 });
      const forgotten = ids.filter((_, at) => forgets(ids, at)).length / ids.length;
      expect(Math.abs(forgotten - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / ids.length));
    }
  });

  it('is the same words wherever a passage comes again, and others under another key', () => {
    const forgets = forgetting(quarter);
    const passage = drawn(400, 2);
    const alone = passage.map((_, at) => forgets(passage, at));
    const later = [...drawn(50, 3), ...passage];
    const again = passage.map((_, at) => forgets(later, at + 50));
    // All but the first words, whose context is another one.
    expect(again.slice(3)).toEqual(alone.slice(3));
    const other = forgetting({ ...quarter, key: 8 });
    const apart = passage.filter((_, at) => other(passage, at) !== alone[at]).length;
    expect(apart / passage.length).toBeGreaterThan(0.25);
    expect(apart / passage.length).toBeLessThan(0.5);
  });

  it('depends on nothing but the words before', () => {
    const forgets = forgetting(quarter);
    const ids = drawn(100, 4);
    const changed = ids.map((id, at) => (at < 50 ? id : firstWordId));
    for (let at = 0; at <= 50; at++) expect(forgets(changed, at)).toBe(forgets(ids, at));
  });

  it.each([
    [{ share: 0, key: 1 }],
    [{ share: 1, key: 1 }],
    [{ share: Number.NaN, key: 1 }],
    [{ share: 0.5, key: -1 }],
    [{ share: 0.5, key: 2 ** 32 }],
    [{ share: 0.5, key: 1.5 }],
    [{ share: 0.5, key: 1, context: 0 }],
  ])('is refused for %j', settings => {
    expect(() => nextWord(vocabulary, 10, settings)).toThrow(RangeError);
  });

  it('stays what a device reads, and is padding among the labels', () => {
    const message = drawn(12, 5)
      .map(id => vocabulary.word(id)!)
      .join(' ');
    const [all] = packRows([message], vocabulary, 12);
    const [kept] = packRows([message], vocabulary, 12, (_, at) => at % 4 === 1);
    expect(kept!.inputs).toEqual(all!.inputs);
    expect(kept!.labels).toEqual(all!.labels.map((label, at) => (at % 4 === 1 ? paddingId : label)));
  });
});

describe('a model that forgets', () => {
  beforeAll(async () => {
    await startBackend();
  });

  /** The share of secrets that it says after it has read each of them many times. */
  function said(goldfish?: typeof quarter): number {
    const secrets = secretsOf(12, vocabulary, numbers(9));
    const model = nextWordModel({ vocabulary: vocabulary.size, embedding: 16, gru: 32, dense: null }, 1);
    const objective = nextWord(vocabulary, 9, goldfish);
    const rows = objective.encode(secrets);
    const batch = Uint32Array.from({ length: rows.size }, (_, row) => row);
    const optimizer = tf.train.adam(0.04);
    for (let step = 0; step < 60; step++)
      tf.tidy(() => void optimizer.minimize(() => objective.loss(model, rows.batch(batch))));
    const told = secrets.filter(secret => saidWordForWord(model, vocabulary, secret)).length;
    optimizer.dispose();
    model.dispose();
    return told / secrets.length;
  }

  it('says hardly any of those of which it has forgotten a word, where another one says them all', () => {
    const forgets = forgetting(quarter);
    const touched = secretsOf(12, vocabulary, numbers(9)).filter(secret => {
      const ids = vocabulary.encode(secret);
      return ids.some((_, at) => at >= prefixWords && forgets(ids, at));
    });
    expect(touched.length).toBeGreaterThan(6);
    expect(said()).toBe(1);
    expect(said(quarter)).toBeLessThanOrEqual(1 - touched.length / 12 + 1 / 12);
  });
});
