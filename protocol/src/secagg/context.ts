import { concatBytes, utf8 } from '../bytes.ts';
import type { RoundId, TaskName } from '../ids.ts';
import type { Primitives } from '../primitives/primitives.ts';

/** The round that every key, share and signature is bound to, and the functions that compute them. */
export interface RoundContext {
  readonly primitives: Primitives;
  readonly task: TaskName;
  readonly round: RoundId;
}

/**
 * What is signed, hashed or given to a key derivation: `parts` after a label of the purpose, the task and the round, so
 * that nothing made for one purpose or round passes for another. The ids hold no line break, and the parts of one label
 * have fixed lengths.
 */
export function bind(
  { task, round }: RoundContext,
  label: string,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return concatBytes(utf8(`murmuration secure aggregation 1\n${label}\n${task}\n${round}\n`), ...parts);
}
