import { Controller, PhoneAbortSignal } from '@murmuration/client-sdk/react-native/abort';
import { fillBuiltIns } from '@murmuration/client-sdk/react-native/built-ins';
import { Utf8Decoder, Utf8Encoder } from '@murmuration/client-sdk/react-native/utf8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('text as UTF-8', () => {
  const text = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat(0xffff).map(code => String.fromCharCode(code)),
    ),
  );

  it('is encoded as the platform does, halves of characters included', () => {
    fc.assert(
      fc.property(text, parts => {
        const whole = parts.join('');
        expect(new Utf8Encoder().encode(whole)).toEqual(new TextEncoder().encode(whole));
      }),
    );
  });

  it('is encoded into what room there is, whole characters only', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (parts, room) => {
        const whole = parts.join('');
        const [own, platforms] = [new Uint8Array(room), new Uint8Array(room)];
        expect(new Utf8Encoder().encodeInto(whole, own)).toEqual(
          new TextEncoder().encodeInto(whole, platforms),
        );
        expect(own).toEqual(platforms);
      }),
    );
  });

  // Bytes that often begin characters, and often spoil them.
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x9f, 0xa0, 0xbf, 0xef, 0xbb),
  );

  it('is decoded as the platform does, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(byte), fc.boolean(), (bytes, ignoreBOM) => {
        const view = Uint8Array.from([1, ...bytes]).subarray(1);
        expect(new Utf8Decoder('utf-8', { ignoreBOM }).decode(view)).toBe(
          new TextDecoder('utf-8', { ignoreBOM }).decode(view),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('that is none is refused where that is asked for', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), bytes => {
        const outcome = (decoder: { decode(bytes: Uint8Array): string }) => {
          try {
            return decoder.decode(Uint8Array.from(bytes));
          } catch (error) {
            return (error as Error).name;
          }
        };
        const fatal = { fatal: true };
        expect(outcome(new Utf8Decoder('utf8', fatal))).toBe(outcome(new TextDecoder('utf8', fatal)));
      }),
      { numRuns: 2_000 },
    );
    expect(() => new Utf8Decoder('latin1')).toThrow(RangeError);
  });

  it('is decoded of buffers and of nothing', () => {
    const decoder = new Utf8Decoder();
    expect(decoder.decode(new TextEncoder().encode('ä€😀').buffer)).toBe('ä€😀');
    expect(decoder.decode()).toBe('');
    const long = 'é'.repeat(10_000);
    expect(decoder.decode(new Utf8Encoder().encode(long))).toBe(long);
  });
});

describe.each([
  ['the platform’s', AbortController, AbortSignal],
  [
    'that of phones',
    Controller as unknown as typeof AbortController,
    PhoneAbortSignal as unknown as typeof AbortSignal,
  ],
])('cancelling, %s', (_, Abort, Aborted) => {
  it('says why, once, to all who listen', () => {
    const controller = new Abort();
    const heard: unknown[] = [];
    const gone = () => heard.push('gone');
    controller.signal.addEventListener('abort', () => heard.push(controller.signal.reason), { once: true });
    controller.signal.addEventListener('abort', gone);
    controller.signal.removeEventListener('abort', gone);
    controller.signal.onabort = () => heard.push('property');
    const reason = new Error('enough');
    controller.signal.throwIfAborted();
    controller.abort(reason);
    controller.abort(new Error('again'));
    expect(heard).toHaveLength(2);
    expect(heard).toContain(reason);
    expect(controller.signal.aborted).toBe(true);
    expect(() => controller.signal.throwIfAborted()).toThrow(reason);
  });

  it('has a reason of its own where none is given', () => {
    const controller = new Abort();
    controller.abort();
    expect((controller.signal.reason as Error).name).toBe('AbortError');
    expect(Aborted.abort('no').reason).toBe('no');
  });

  it('is of one where it is of any', () => {
    const [a, b] = [new Abort(), new Abort()];
    const either = Aborted.any([a.signal, b.signal]);
    let calls = 0;
    either.addEventListener('abort', () => calls++);
    b.abort('b');
    a.abort('a');
    expect([either.aborted, either.reason, calls]).toEqual([true, 'b', 1]);
    expect(Aborted.any([a.signal, b.signal]).reason).toBe('a');
    expect(Aborted.any([]).aborted).toBe(false);
  });
});

describe('what an engine lacks', () => {
  it('is filled, and what it has is left as it is', () => {
    const bare: Record<string, unknown> = {};
    fillBuiltIns(bare);
    expect(Object.keys(bare).sort()).toEqual([
      'AbortController',
      'AbortSignal',
      'TextDecoder',
      'TextEncoder',
      'queueMicrotask',
    ]);
    const own = { TextDecoder, TextEncoder, AbortController, AbortSignal, queueMicrotask };
    const filled = { ...own };
    fillBuiltIns(filled);
    expect(filled).toEqual(own);
  });

  it('is filled where it can’t say why something was aborted, as that of React Native', () => {
    class OldSignal {}
    class OldController {}
    const old: Record<string, unknown> = { AbortController: OldController, AbortSignal: OldSignal };
    fillBuiltIns(old);
    expect([old.AbortController, old.AbortSignal]).toEqual([Controller, PhoneAbortSignal]);
  });
});
