import type { Dice } from './dice.ts';

type Path = readonly PropertyKey[];

/** Changes one place of a message, by its structure: a field, its value, its type, or what lies beside it. */
export function mutateValue(dice: Dice, value: unknown): unknown {
  const path = dice.pick(placesOf(value, []));
  return changeAt(value, path, old => changed(dice, old));
}

/** Changes a few bytes, as a fault of the wire or of whoever wrote them would. */
export function mutateBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  const at = dice.below(bytes.length + 1);
  switch (dice.pick(['flip', 'cut', 'insert', 'drop', 'repeat', 'random'] as const)) {
    case 'flip': {
      const copy = Uint8Array.from(bytes);
      for (let i = dice.below(4); i >= 0 && copy.length > 0; i--)
        copy[dice.below(copy.length)]! ^= 1 << dice.below(8);
      return copy;
    }
    case 'cut':
      return bytes.subarray(0, at);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), dice.bytes(1 + dice.below(8)), bytes.subarray(at)]);
    case 'drop':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(8))]);
    case 'repeat':
      return Buffer.concat([bytes, bytes.subarray(at)]);
    case 'random':
      return dice.bytes(dice.below(dice.chance(0.02) ? 20_000 : 200));
  }
}

/** The whole, and everything that lies in it. */
function placesOf(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))];
}

function changeAt(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy: Record<PropertyKey, unknown> = { ...(value as object) };
  const inner = changeAt(copy[key], rest, change);
  if (inner === removed) delete copy[key];
  else copy[key] = inner;
  return copy;
}

const removed = Symbol('removed');

function changed(dice: Dice, value: unknown): unknown {
  if (dice.chance(0.35)) return oddValue(dice);
  if (dice.chance(0.1)) return removed;
  if (typeof value === 'number') return value + dice.pick([-1, 1, 0.5, -2 * value, 2 ** 31, 2 ** 53]);
  if (typeof value === 'string') return oddText(dice, value);
  if (typeof value === 'boolean') return dice.pick([0, 1, 'true', !value]);
  if (value instanceof Uint8Array) return mutateBytes(dice, value);
  if (typeof value === 'object' && value !== null) return withOddField(dice, value);
  return oddValue(dice);
}

function oddText(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1);
  return dice.pick([
    text.slice(0, at),
    text + text,
    text.slice(0, at) + dice.pick(['\0', '\u{1f600}', '../', '%00', "'", '\ud800', '\r\n']) + text.slice(at),
    text.toUpperCase(),
    '',
  ]);
}

function withOddField(dice: Dice, value: object): object {
  const name = dice.pick(['more', '__proto__', 'constructor', 'prototype', 'toString', '', 'x'.repeat(300)]);
  const field = { value: dice.pick([1, null, { polluted: true }]), enumerable: true };
  return Object.defineProperty({ ...value }, name, field);
}

function oddValue(dice: Dice): unknown {
  switch (dice.below(18)) {
    case 0:
      return null;
    case 1:
      return dice.chance(0.5);
    case 2:
      return dice.pick([0, -1, 1, 0.5, -0, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308]);
    case 3:
      return dice.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    case 4:
      return '';
    case 5:
      return 'x'.repeat(dice.pick([1, 22, 300, 5_000]));
    case 6:
      return dice.pick(['__proto__', 'constructor', '../../etc/passwd', '\0', 'null', '0']);
    case 7:
      return new Uint8Array(dice.pick([0, 1, 31, 32, 33, 63, 64, 65, 128, 4_000]));
    case 8:
      return dice.bytes(dice.pick([1, 32, 64, 128, 700]));
    case 9:
      return [];
    case 10:
      return {};
    case 11:
      return nested(dice.pick([2, 15, 40]), dice.chance(0.5));
    case 12:
      return new Array(dice.pick([1, 1_000, 3_000])).fill(0);
    case 13:
      return [[1]];
    case 14:
      return Object.fromEntries(Array.from({ length: dice.pick([3, 300]) }, (_, i) => [`field${i}`, i]));
    case 15:
      return withOddField(dice, {});
    case 16:
      return dice.pick(['A'.repeat(22), '-'.repeat(22), '0'.repeat(64)]);
    default:
      return new Date(0);
  }
}

function nested(depth: number, asMap: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = asMap ? { a: value } : [value];
  return value;
}
