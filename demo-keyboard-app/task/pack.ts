import type { Forgets } from './goldfish.ts';
import { firstWordId, paddingId, startId, type Vocabulary } from './vocabulary.ts';

/** Tokens in a row, and the token that follows each. */
export interface TokenRow {
  readonly inputs: number[];
  readonly labels: number[];
}

/**
 * Packs short messages together into rows of at most `length` tokens, and cuts long ones: first fit, longest
 * first, so that a batch has hardly any padding. Each message begins with the start token; messages of one
 * row follow one another. A forgotten label becomes padding.
 */
export function packRows(
  messages: readonly string[],
  vocabulary: Vocabulary,
  length: number,
  forgets: Forgets = () => false,
): TokenRow[] {
  const pieces = messages.flatMap(message => piecesOf(vocabulary.encode(message), length, forgets));
  pieces.sort((a, b) => b.inputs.length - a.inputs.length);
  const rows: TokenRow[] = [];
  /** Rows by the number of tokens that still fit. */
  const withRoom: TokenRow[][] = Array.from({ length: length + 1 }, () => []);
  for (const piece of pieces) {
    const row =
      withRoom
        .slice(piece.inputs.length)
        .find(found => found.length > 0)
        ?.pop() ?? newRow(rows);
    row.inputs.push(...piece.inputs);
    row.labels.push(...piece.labels);
    withRoom[length - row.inputs.length]!.push(row);
  }
  return rows;
}

/** Weight of a label in the loss: words are learned; numbers and words that the vocabulary lacks are not. */
export function labelWeight(label: number): number {
  return label >= firstWordId ? 1 : 0;
}

function piecesOf(ids: readonly number[], length: number, forgets: Forgets): TokenRow[] {
  const inputs = [startId, ...ids.slice(0, -1)];
  const labels = ids.map((id, at) => (forgets(ids, at) ? paddingId : id));
  const pieces: TokenRow[] = [];
  for (let from = 0; from < ids.length; from += length) {
    pieces.push({ inputs: inputs.slice(from, from + length), labels: labels.slice(from, from + length) });
  }
  return pieces;
}

function newRow(rows: TokenRow[]): TokenRow {
  const row: TokenRow = { inputs: [], labels: [] };
  rows.push(row);
  return row;
}
