import { Draft } from '@murmuration/demo-keyboard-app/src/draft/draft';
import { KeyboardState } from '@murmuration/demo-keyboard-app/src/keyboard/keyboard-state';
import type { KeyAction } from '@murmuration/demo-keyboard-app/src/keyboard/layout';
import { beforeEach, describe, expect, it } from 'vitest';

let draft: Draft;
let keyboard: KeyboardState;
let sent: string[];

beforeEach(() => {
  draft = new Draft();
  sent = [];
  keyboard = new KeyboardState(draft, () => sent.push(draft.text.value));
});

const write = (text: string) => {
  for (const character of text) keyboard.press(character === ' ' ? { action: 'space' } : { character });
};
const act = (action: KeyAction) => keyboard.press({ action });

describe('the keys on the screen', () => {
  it('begin sentences with capitals', () => {
    write('yes. no');
    expect(draft.text.value).toBe('Yes. No');
  });

  it('write one capital after shift, and capitals only while it is locked', () => {
    write('a');
    act('shift');
    write('bc');
    act('shift');
    act('shift');
    write('de');
    act('shift');
    write('f');
    expect(draft.text.value).toBe('ABcDEf');
  });

  it('write small where the person has turned the capital off', () => {
    act('shift');
    write('a');
    expect(draft.text.value).toBe('a');
  });

  it('erase, send, and lead to the signs and back', () => {
    write('ab');
    act('erase');
    act('symbols');
    expect(keyboard.layer.value).toBe('symbols');
    write('!');
    act('space');
    expect(keyboard.layer.value).toBe('letters');
    act('send');
    expect(sent).toEqual(['A! ']);
  });
});
