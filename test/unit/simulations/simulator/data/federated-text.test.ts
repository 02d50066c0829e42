import { spreadOverPhones } from '@murmuration/simulations/data/federated-text';
import { smsText } from '@murmuration/simulations/data/sms';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const rules = { messagesPerPhone: 4, duplicateWords: 3, wordsPerPhone: 6, heldOutShare: 0.5 };

describe('text spread over phones', () => {
  it('is cut in blocks, freed of long copies, capped, and its end held out', () => {
    const messages = [
      ...['x y z', 'ok', 'ok', 'x y z'], // the second "x y z" is a copy, the second "ok" is too short to be one
      ...['x y z', 'p q r s', 't', 'u v w'], // a copy from another phone; then 4, 5 and 8 words
      ...['X y z', 'last'], // a copy differs in nothing; the last phone has fewer messages
    ];
    expect(spreadOverPhones(messages, rules)).toEqual({
      phones: [
        { train: ['x y z'], heldOut: ['ok', 'ok'] },
        { train: ['p q r s'], heldOut: ['t'] },
        { train: ['X y z'], heldOut: ['last'] },
      ],
      heldOutWords: 4,
      // printf '[[["x y z"],["ok","ok"]],[["p q r s"],["t"]],[["X y z"],["last"]]]' | sha256sum
      splitSha256: '564c71b9226a34078abe84f9003ae9f0988b091a9302623dba339b7503ae8e64',
    });
  });

  it('scores words, not numbers', () => {
    expect(spreadOverPhones(['one', 'call 555123 at 7 pm'], rules).heldOutWords).toBe(4);
  });

  it('loses or repeats nothing where no rule says so', () => {
    const free = {
      ...rules,
      duplicateWords: Number.POSITIVE_INFINITY,
      wordsPerPhone: Number.POSITIVE_INFINITY,
    };
    fc.assert(
      fc.property(
        fc.array(fc.string()),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (messages, heldOutShare) => {
          const { phones } = spreadOverPhones(messages, { ...free, heldOutShare });
          expect(phones.flatMap(({ train, heldOut }) => [...train, ...heldOut])).toEqual(messages);
        },
      ),
    );
  });

  it('differs in its hash when a message moves from training to held-out', () => {
    const hash = (heldOutShare: number) =>
      spreadOverPhones(['a', 'b', 'c', 'd'], { ...rules, heldOutShare }).splitSha256;
    expect(hash(0.5)).not.toBe(hash(0.25));
    expect(hash(0.5)).toBe(hash(0.5));
  });
});

describe('the SMS corpus', () => {
  const text = smsText();

  it('is the split whose figures are quoted', () => {
    expect(text.phones.length).toBe(280);
    expect(text.heldOutWords).toBe(54_456);
    expect(text.splitSha256).toBe('9222a1d869dc74156e5326d1ca88eb2aa807b0e6ec4054130eafc1897a28b411');
  });

  it('gives every phone messages to train on and to hold out, and no long one to both', () => {
    const long = (message: string) =>
      message.split(/[^\p{L}\p{N}']+/u).filter(word => word !== '').length >= 6;
    const trained = new Set(text.phones.flatMap(({ train }) => train.filter(long)));
    for (const { train, heldOut } of text.phones) {
      expect(train.length).toBeGreaterThan(0);
      expect(heldOut.length).toBeGreaterThan(0);
      expect(heldOut.filter(message => long(message) && trained.has(message))).toEqual([]);
    }
  });
});
