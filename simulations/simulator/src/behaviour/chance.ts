import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';

/** Returns a pseudorandom number in [0, 1) that depends only on the arguments, not on earlier calls. */
export function chance(...of: readonly (string | number)[]): number {
  const digest = native.sha256(utf8(`murmuration/devices ${of.join(' ')}`));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return view.getUint32(0) / 2 ** 32 + (view.getUint32(4) >>> 11) / 2 ** 53;
}

/** Returns a standard normal number (Box and Muller 1958) that depends only on the arguments. */
export function normalChance(...of: readonly (string | number)[]): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance(...of, 'radius')));
  return radius * Math.cos(2 * Math.PI * chance(...of, 'angle'));
}

/** Returns the choice at `at` (0 to 1), each in proportion to its share; shares need not add up to 1. */
export function chosen<Choice extends { readonly share: number }>(
  choices: readonly Choice[],
  at: number,
): Choice {
  const total = choices.reduce((sum, { share }) => sum + share, 0);
  let sum = 0;
  for (const choice of choices) {
    sum += choice.share;
    if (at * total < sum) return choice;
  }
  return choices.at(-1)!;
}
