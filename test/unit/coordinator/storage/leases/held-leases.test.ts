import type { TaskName } from '@murmuration/protocol/ids/ids';
import { HeldLeases } from '@murmuration/storage/leases/held-leases';
import { expect, it } from 'vitest';

const [keyboard, digits] = ['keyboard', 'digits'] as TaskName[] as [TaskName, TaskName];

function holding(): HeldLeases {
  const held = new HeldLeases(() => new Error('lost'));
  held.take(keyboard, 3);
  held.take(digits, 5);
  return held;
}

it('the leases of a cell are its own while they have the numbers with which it took them', () => {
  const held = holding();
  const kept = [
    { task: keyboard, token: 3 },
    { task: digits, token: 5 },
  ];
  expect(() => held.require(kept)).not.toThrow();
  // One that was lost and taken again in between names this cell as well: what was begun before no longer counts.
  expect(() => held.require([{ task: keyboard, token: 4 }, kept[1]!])).toThrow('lost');
  expect(() => held.require([kept[0]!])).toThrow('lost');
  held.letGo(digits);
  expect(() => held.require([kept[0]!])).not.toThrow();
});

it('a cell that has let go of all writes nothing more, and one that had none yet may', () => {
  expect(new HeldLeases(() => new Error('lost')).isUnbound).toBe(true);
  const held = holding();
  held.release();
  expect([held.isUnbound, held.tasks.size]).toEqual([false, 0]);
  expect(() => held.require([])).toThrow('lost');
});
