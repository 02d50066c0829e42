import { Draft } from '@murmuration/demo-keyboard-app/src/draft/draft';
import { Outcomes } from '@murmuration/demo-keyboard-app/src/suggestions/outcomes';
import type { ShownPrediction } from '@murmuration/demo-keyboard-app/src/suggestions/suggestion-bar';
import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it } from 'vitest';

let draft: Draft;
let question: ReturnType<typeof signal<ShownPrediction | null>>;
let outcomes: Outcomes;
let told: string[];

beforeEach(() => {
  draft = new Draft();
  question = signal<ShownPrediction | null>(null);
  told = [];
  outcomes = new Outcomes(draft, { question } as never, (id, outcome) => told.push(`${id} ${outcome}`));
});

/** Something is suggested at the caret. */
function suggest(id: string): void {
  question.value = { id, before: draft.caret.peek().before };
}

function type(text: string): void {
  for (const character of text) draft.type(character);
}

describe('what becomes of suggestions', () => {
  it('is that one was accepted, once the next word stands, or the text is sent', () => {
    suggest('first');
    draft.accept('see');
    expect(told).toEqual([]);
    suggest('second');
    draft.accept('you');
    expect(told).toEqual(['first accepted']);
    outcomes.sent();
    draft.clear();
    expect(told).toEqual(['first accepted', 'second accepted']);
  });

  it('is that one was corrected, where its word does not stay', () => {
    suggest('first');
    type('s');
    draft.accept('see');
    for (let i = 0; i < 3; i++) draft.erase();
    expect(told).toEqual(['first corrected']);
  });

  it('is that they were ignored, where another word is written', () => {
    suggest('first');
    type('home ');
    suggest('second');
    type('now');
    expect(told).toEqual(['first ignored']);
    outcomes.sent();
    expect(told).toEqual(['first ignored', 'second ignored']);
  });

  it('is nothing, where no word was written behind them', () => {
    suggest('first');
    type('ho');
    draft.erase();
    draft.erase();
    suggest('again');
    outcomes.sent();
    suggest('second');
    type('a');
    outcomes.leave();
    draft.clear();
    expect(told).toEqual([]);
    // What comes late belongs to no place any more.
    question.value = { id: 'late', before: 'see ' };
    type('no ');
    expect(told).toEqual([]);
  });

  it('is told once for each place, and a mark behind a word changes none', () => {
    suggest('first');
    draft.accept('see');
    draft.type('.');
    expect(draft.text.value).toBe('see. ');
    expect(told).toEqual(['first accepted']);
    suggest('second');
    type('A ');
    type('b ');
    expect(told).toEqual(['first accepted', 'second ignored']);
  });
});
