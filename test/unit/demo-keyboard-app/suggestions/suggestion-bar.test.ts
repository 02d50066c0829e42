import type { Hybrid, Prediction } from '@murmuration/client-sdk/hybrid/hybrid';
import { Draft } from '@murmuration/demo-keyboard-app/src/draft/draft';
import { NextWords } from '@murmuration/demo-keyboard-app/src/suggestions/next-words';
import { OwnWords } from '@murmuration/demo-keyboard-app/src/suggestions/own-words';
import { SuggestionBar } from '@murmuration/demo-keyboard-app/src/suggestions/suggestion-bar';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { parrot, vocabulary } from '../parrot.ts';

let draft: Draft;
let failures: unknown[];

beforeEach(() => {
  draft = new Draft();
  failures = [];
});

const barOf = (hybrid: Pick<Hybrid, 'predict'>) =>
  new SuggestionBar(draft, new NextWords(hybrid, vocabulary, new OwnWords(vocabulary)), error =>
    failures.push(error),
  );
/** Lets what was asked be answered. */
const settle = async () => {
  for (let i = 0; i < 8; i++) await Promise.resolve();
};

describe('the words over the keys', () => {
  it('are the likeliest at the caret, spelled for their place', async () => {
    const bar = barOf(parrot({ hybrid: ['see', 'no', 'i', 'that'] }));
    await settle();
    expect(bar.words.value).toEqual(['See', 'No', 'I']);
    draft.accept('I');
    await settle();
    expect(bar.words.value).toEqual(['see', 'no', 'I']);
  });

  it('follow the letters at once, without asking the model again', async () => {
    const model = parrot({ hybrid: ['see', 'no', 'occasion', 'for'] });
    const bar = barOf(model);
    draft.accept('I');
    await settle();
    const asked = model.asked.length;
    draft.type('o');
    expect(bar.words.value).toEqual(['occasion']);
    expect(model.asked).toHaveLength(asked);
  });

  it('are those of the model that was chosen', async () => {
    const bar = barOf(parrot({ hybrid: ['see'], global: ['no'] }));
    bar.source.value = 'global';
    await settle();
    expect(bar.words.value).toEqual(['No']);
  });

  it('are none where the model has nothing to say yet, and that is no failure', async () => {
    const bar = barOf(parrot({ hybrid: ['see'] }));
    await settle();
    bar.source.value = 'personal';
    await settle();
    expect(bar.words.value).toEqual([]);
    expect(bar.isEmpty.value).toBe(true);
    expect(failures).toEqual([]);
    bar.source.value = 'hybrid';
    await settle();
    expect(bar.isEmpty.value).toBe(false);
  });

  it('tell of a model that fails', async () => {
    const error = new MurmurationError('training.failed');
    const bar = barOf({
      predict: async () => {
        throw error;
      },
    });
    await settle();
    expect(bar.words.value).toEqual([]);
    expect(failures).toEqual([error]);
  });

  it('never show an older answer that comes late', async () => {
    const answers: ((prediction: Prediction) => void)[] = [];
    const bar = barOf({ predict: () => new Promise(resolve => answers.push(resolve)) });
    draft.accept('I');
    const [first, second] = answers;
    const values = (word: string) => {
      const all = new Float32Array(vocabulary.size);
      all[vocabulary.id(word)] = 1;
      return { values: all, source: 'hybrid', model: null, id: '' } as const;
    };
    second!(values('see'));
    await settle();
    first!(values('no'));
    await settle();
    expect(bar.words.value).toEqual(['see']);
  });

  it('are asked for again when a model has changed', async () => {
    const model = parrot({ hybrid: ['see'] });
    const bar = barOf(model);
    await settle();
    bar.refresh();
    expect(model.asked).toHaveLength(2);
  });
});
