import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Returns `attackers` if it is a number of updates; otherwise throws `config.invalid` in the name of the
 * strategy.
 */
export function requireAttackers(name: string, attackers: number): number {
  if (Number.isSafeInteger(attackers) && attackers >= 0) return attackers;
  throw new MurmurationError(
    'config.invalid',
    `${name}: attackers is a whole number of updates, 0 or more; found ${attackers}.`,
  );
}
