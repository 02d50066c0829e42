import { numberToken, tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('the tokens of a message', () => {
  it.each([
    ["I don't KNOW...lah!!", ['i', "don't", 'know', 'lah']],
    ['see u @ 8 or 2nite', ['see', 'u', '8', 'or', '2nite']],
    ['$700, 5 nights. call 67441233', [numberToken, '5', 'nights', 'call', numberToken]],
    ["y'all'd've 'quoted' rock 'n' roll", ["y'all'd've", 'quoted', 'rock', 'n', 'roll']],
    ["5'11 o'2", [...'5', numberToken, 'o', '2']],
    ['Über naïve 你好 ٣٤', ['über', 'naïve', '你好', numberToken]],
    [':-) ... ^^', []],
    ['', []],
  ])('of %j', (message, tokens) => {
    expect(tokensOf(message)).toEqual(tokens);
  });

  it('are the same, whatever is written between them', () => {
    const words = fc.array(fc.constantFrom('go', "can't", 'é', '7', '42', 'b4'));
    const between = fc.stringMatching(/^[ .,!?:()"@#-]+$/);
    fc.assert(
      fc.property(words, between, (written, separator) => {
        expect(tokensOf(written.join(separator))).toEqual(
          written.map(word => (word === '42' ? numberToken : word)),
        );
      }),
    );
  });

  it('spell no word like the number token', () => {
    expect(tokensOf(numberToken)).not.toContain(numberToken);
  });
});
