import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { numberId, startId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { smsText } from '@murmuration/simulations/data/sms';
import { livePhone, questionsOf } from '@murmuration/studies/hybrid/phone';
import { describe, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['call', 'me', 'when', 'you', 'are', 'home', "don't", '2', 'u']);

describe('the questions of a message', () => {
  it('are asked with text that becomes the tokens before each word, on every message of a phone', () => {
    const serving = keyboardServing(vocabulary);
    const messages = ["Don't call me @ 98765 when u R home :-) 2", ...smsText().phones[3]!.train];
    for (const message of messages) {
      const ids = vocabulary.encode(message);
      const positions = ids.flatMap((id, i) => (id === numberId ? [] : [i]));
      const questions = questionsOf(message, vocabulary);
      expect(questions.map(({ next }) => next)).toEqual(positions.map(i => ids[i]));
      for (const [k, { input }] of questions.entries())
        expect(serving.input(input)).toEqual([startId, ...ids.slice(0, positions[k])].slice(-32));
    }
  });
});

describe('a phone of the simulation', () => {
  it('is better served by what it learned itself, when the global model has learned nothing', async () => {
    await startBackend();
    const size = { vocabulary: vocabulary.size, embedding: 8, gru: 8, dense: null };
    const { topology, layout, weights } = describeModel(nextWordModel(size, 1));
    const phrases = [
      'call me when you are home',
      "don't call me",
      'are you home',
      'call u when home',
      'me 2 u',
    ];
    const before = Array.from(
      { length: 60 },
      (_, i) => `${phrases[i % 5]} ${phrases[Math.floor(i / 5) % 5]}`,
    );
    const { recalls, report } = await livePhone(before, phrases, {
      model: encodeModel(topology, layout, weights),
      vocabulary,
      trainer: tfjsTrainer(nextWord(vocabulary)),
    });
    expect(recalls.hybrid.top1).toBeGreaterThan(recalls.global.top1);
    expect(recalls.hybrid.words).toBe(recalls.global.words);
    expect(report!.lambda).toBeGreaterThan(0.5);
  });
});
