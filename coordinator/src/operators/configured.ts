import { isValid } from '../tokens/secret-token.ts';
import type { OperatorToken, OperatorTokenStore } from './operator-token.ts';

/** A store of tokens beside those that the configuration names, which count as long as it does and can't be revoked here. */
export function besideConfigured(
  configured: readonly OperatorToken[],
  store: OperatorTokenStore,
): OperatorTokenStore {
  const byId = new Map(configured.map(token => [token.id, token]));
  return {
    ...store,
    get: async id => byId.get(id) ?? store.get(id),
    anyValid: async time => configured.some(token => isValid(token, time)) || (await store.anyValid(time)),
  };
}
