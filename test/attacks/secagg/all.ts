import type { Attack } from './attack.ts';
import { bindingAttacks } from './binding.ts';
import { isolationAttacks } from './isolation.ts';
import { roundAttacks } from './rounds.ts';

/** Attacks on secure aggregation. */
export const attacks: readonly Attack[] = [...isolationAttacks, ...bindingAttacks, ...roundAttacks];
