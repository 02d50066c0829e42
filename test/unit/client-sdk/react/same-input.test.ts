import { sameInput } from '@murmuration/client-sdk/react/same-input';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const input = fc.anything({ withTypedArray: true, withNullPrototype: false, maxDepth: 4, withBigInt: true });

it('calls a copy of an input the same', () => {
  fc.assert(fc.property(input, value => sameInput(value, structuredClone(value))));
});

it('calls inputs the same only if their text is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
      expect(sameInput(a, b)).toBe(fc.stringify(a) === fc.stringify(b));
    }),
  );
});

it.each([
  [[1, 2], new Float32Array([1, 2])],
  [new Float32Array([1, 2]), new Float32Array([1, 3])],
  [
    [1, 2],
    [1, 2, 3],
  ],
  [{ a: undefined }, { b: undefined }],
  [new Date(0), new Date(0)],
  [new DataView(new ArrayBuffer(1)), new DataView(new ArrayBuffer(1))],
  [null, {}],
  [0, -0],
])('tells %o from %o', (a, b) => expect(sameInput(a, b)).toBe(false));

it('ends where objects contain themselves', () => {
  const circle = () => {
    const made: { self?: unknown } = {};
    made.self = made;
    return made;
  };
  expect(sameInput(circle(), circle())).toBe(false);
});
