import { Draft } from '@murmuration/demo-keyboard-app/src/draft/draft';
import { longestSentence } from '@murmuration/demo-keyboard-app/src/examples/typing-log';
import { Reader } from '@murmuration/demo-keyboard-app/src/reading/reader';
import { sentences } from '@murmuration/demo-keyboard-app/src/reading/sentences';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';

let clock: VirtualClock;
let draft: Draft;
let sent: string[];
let reader: Reader;

beforeEach(() => {
  clock = new VirtualClock();
  draft = new Draft();
  sent = [];
  const send = () => {
    sent.push(draft.text.value);
    draft.clear();
  };
  const given = { sentences: ['One.', 'Two.', 'Three.'], atOnce: 2 };
  reader = new Reader(draft, given, send, { clock, random: seededRandom(1) });
});

describe('writing for those who do not want to', () => {
  it('goes letter by letter, sends each sentence, and ends', async () => {
    draft.type('x');
    reader.start();
    expect(draft.text.value).toBe('O');
    await clock.advance(71);
    expect(draft.text.value.startsWith('On')).toBe(true);
    await clock.advance(60_000);
    expect(sent).toEqual(['One.', 'Two.']);
    expect(reader.isReading.value).toBe(false);
  });

  it('goes on with the next sentence, and begins again after the last', async () => {
    for (let time = 0; time < 2; time++) {
      reader.start();
      await clock.advance(60_000);
    }
    expect(sent).toEqual(['One.', 'Two.', 'Three.', 'One.']);
  });

  it('stops at once, and leaves what is written', async () => {
    reader.start();
    await clock.advance(71);
    const written = draft.text.value;
    reader.stop();
    await clock.advance(60_000);
    expect(draft.text.value).toBe(written);
    expect(sent).toEqual([]);
    expect(reader.isReading.value).toBe(false);
  });
});

describe('the sentences', () => {
  it('are some dozens, each once, and fit the field', () => {
    expect(sentences.length).toBeGreaterThan(36);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) {
      expect(sentence.length).toBeLessThanOrEqual(longestSentence);
      expect(sentence).toMatch(/^["A-Z].*[.!?]$/);
    }
  });
});
