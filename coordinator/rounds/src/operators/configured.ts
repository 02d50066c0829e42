import type { Role } from '@murmuration/api/role';
import { isValid } from '../tokens/secret-token.ts';
import type { OperatorToken, OperatorTokenStore } from './operator-token.ts';

/** Token in a configuration. */
export interface ConfiguredToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, hexadecimal. */
  readonly sha256: string;
}

/**
 * Returns a store that also has the configuration's tokens, which are valid as long as the configuration
 * lists them and can't be revoked here.
 */
export function configured(
  tokens: readonly ConfiguredToken[],
  store: OperatorTokenStore,
): OperatorTokenStore {
  const byId = new Map(
    tokens.map(({ id, name, role, sha256 }): [string, OperatorToken] => [
      id,
      {
        id,
        name,
        role,
        digest: Buffer.from(sha256, 'hex'),
        createdAt: 0,
        expiresAt: null,
        revokedAt: null,
      },
    ]),
  );
  return {
    add: token => store.add(token),
    get: async id => byId.get(id) ?? store.get(id),
    list: page => store.list(page),
    revoke: (id, time) => store.revoke(id, time),
    anyValid: async time => [...byId.values()].some(token => isValid(token, time)) || store.anyValid(time),
  };
}
