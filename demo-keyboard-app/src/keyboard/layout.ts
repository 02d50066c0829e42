/** Action of a key that does not write a character. */
export type KeyAction = 'shift' | 'erase' | 'letters' | 'symbols' | 'space' | 'send';

export interface CharacterKey {
  readonly character: string;
}
export interface ActionKey {
  readonly action: KeyAction;
}
export type Key = CharacterKey | ActionKey;

export type Layer = 'letters' | 'symbols';

const characters = (text: string): Key[] => Array.from(text, character => ({ character }));

const bottom = (other: 'letters' | 'symbols'): Key[] => [
  { action: other },
  { character: ',' },
  { action: 'space' },
  { character: '.' },
  { action: 'send' },
];

/** Rows of keys, from top to bottom. */
export const layers: Readonly<Record<Layer, readonly (readonly Key[])[]>> = {
  letters: [
    characters('qwertyuiop'),
    characters('asdfghjkl'),
    [{ action: 'shift' }, ...characters('zxcvbnm'), { action: 'erase' }],
    bottom('symbols'),
  ],
  symbols: [
    characters('1234567890'),
    characters('@#£&*()-+'),
    [...characters('!?\'":;/%'), { action: 'erase' }],
    bottom('letters'),
  ],
};

/** Position of a key: row, then column. */
export type KeySpot = readonly [row: number, column: number];

/**
 * Returns the key that an arrow leads to; stays at an edge. Between rows of different lengths, keeps the
 * share of the width.
 */
export function neighbour(rows: readonly (readonly Key[])[], [row, column]: KeySpot, arrow: string): KeySpot {
  const length = rows[row]!.length;
  switch (arrow) {
    case 'ArrowLeft':
      return [row, Math.max(0, column - 1)];
    case 'ArrowRight':
      return [row, Math.min(length - 1, column + 1)];
    case 'Home':
      return [row, 0];
    case 'End':
      return [row, length - 1];
    case 'ArrowUp':
    case 'ArrowDown': {
      const next = row + (arrow === 'ArrowUp' ? -1 : 1);
      const keys = rows[next];
      if (!keys) return [row, column];
      return [next, Math.min(keys.length - 1, Math.floor(((column + 0.5) * keys.length) / length))];
    }
    default:
      return [row, column];
  }
}
