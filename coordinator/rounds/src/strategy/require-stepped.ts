import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Stepped, Strategy, StrategyState } from './strategy.ts';

/**
 * Returns the result of a strategy's `apply` for a model of `count` values. Throws `config.invalid` if it
 * can't be the next version and its state: a strategy may be an app's own, in JavaScript, and its result is
 * stored.
 */
export function requireStepped(
  { name }: Pick<Strategy, 'name'>,
  stepped: unknown,
  count: number,
): Stepped<StrategyState> {
  const refuse = (says: string) => new MurmurationError('config.invalid', `The strategy ${name}: ${says}.`);
  if (typeof stepped !== 'object' || stepped === null) throw refuse('"apply" gives { state, model }');
  const { state, model } = stepped as Partial<Record<keyof Stepped<StrategyState>, unknown>>;
  if (!(model instanceof Float32Array) || model.length !== count)
    throw refuse(`the "model" that "apply" gives is a Float32Array of ${count} values, as the one before`);
  if (typeof state !== 'object' || state === null)
    throw refuse('the "state" is an object, such as that of "init"; {} where it remembers nothing');
  for (const [key, value] of Object.entries(state))
    if (typeof value !== 'number' && !(value instanceof Float32Array))
      throw refuse(
        `"state.${key}" has to be a number or a Float32Array, since it is stored with the version`,
      );
  return { state: state as StrategyState, model };
}
