import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { MaskingInputs } from '@murmuration/rounds/masking/inputs';
import { expect, test } from 'vitest';

const [first, second, stranger] = ['first', 'second', 'stranger'] as AssignmentId[] as [
  AssignmentId,
  AssignmentId,
  AssignmentId,
];

test('inputs are written when they are asked for, one at a time, and for the members alone', () => {
  const written: AssignmentId[] = [];
  const inputs = new MaskingInputs([first, second], member => {
    written.push(member);
    return Uint8Array.of(member.length);
  });
  expect([first, second, stranger].map(member => inputs.has(member))).toEqual([true, true, false]);
  expect(written).toEqual([]);
  expect(inputs.get(second)).toEqual(Uint8Array.of(6));
  expect(inputs.get(stranger)).toBeUndefined();
  expect(written).toEqual([second]);
});
