import { Draft } from '@murmuration/demo-keyboard-app/src/draft/draft';
import { beforeEach, expect, it } from 'vitest';

let draft: Draft;

beforeEach(() => {
  draft = new Draft();
});

const write = (text: string) => {
  for (const character of text) draft.type(character);
};

it('is written where the caret stands', () => {
  write('helo');
  draft.select(3, 3);
  draft.type('l');
  expect(draft.text.value).toBe('hello');
  expect(draft.selection.value).toEqual([4, 4]);
});

it('is written over what is selected, and erased with it', () => {
  write('good morning');
  draft.select(5, 12);
  draft.type('n');
  expect(draft.text.value).toBe('good n');
  draft.select(0, 5);
  draft.erase();
  expect(draft.text.value).toBe('n');
  expect(draft.selection.value).toEqual([0, 0]);
});

it('loses whole characters, and nothing at its beginning', () => {
  write('ab👋');
  draft.erase();
  expect(draft.text.value).toBe('ab');
  draft.erase();
  draft.erase();
  draft.erase();
  expect(draft.text.value).toBe('');
});

it('takes a suggestion in place of what is written of the word', () => {
  write('I wo');
  draft.accept('would');
  expect(draft.text.value).toBe('I would ');
  draft.accept('like');
  expect(draft.text.value).toBe('I would like ');
  expect(draft.selection.value).toEqual([13, 13]);
});

it('takes a suggestion in its middle without a second space', () => {
  write('I lik it');
  draft.select(5, 5);
  draft.accept('like');
  expect(draft.text.value).toBe('I like it');
  expect(draft.selection.value).toEqual([7, 7]);
});

it('puts a mark close to a suggested word', () => {
  draft.accept('Yes');
  draft.type(',');
  expect(draft.text.value).toBe('Yes, ');
  draft.type('I');
  expect(draft.text.value).toBe('Yes, I');
});

it('leaves the space alone that a person wrote', () => {
  write('Yes ');
  draft.type(',');
  expect(draft.text.value).toBe('Yes ,');
  draft.clear();
  draft.accept('Yes');
  draft.select(0, 0);
  draft.select(4, 4);
  draft.type('.');
  expect(draft.text.value).toBe('Yes .');
});
