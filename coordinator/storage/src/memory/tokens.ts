import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { OperatorToken, OperatorTokenStore } from '@murmuration/rounds/operators/operator-token';
import { type Page, pageOf } from '@murmuration/rounds/paging/paging';
import type { EnrolmentToken, EnrolmentTokenStore } from '@murmuration/rounds/population/enrolment-token';
import type { InferenceTokenStore, StoredInferenceToken } from '@murmuration/rounds/tokens/inference-token';
import { isValid } from '@murmuration/rounds/tokens/secret-token';

/** Makes the methods that all kinds of tokens share. */
function tokensIn<Token extends Pick<OperatorToken, 'id' | 'createdAt' | 'revokedAt'>>(
  tokens: Map<string, Token>,
) {
  return {
    async add(token: Token): Promise<void> {
      tokens.set(token.id, token);
    },
    get: async (id: string): Promise<Token | undefined> => tokens.get(id),
    list: async (page: Page): Promise<readonly Token[]> =>
      pageOf(tokens.values(), page, ({ id, createdAt }) => ({ id, time: createdAt })),
    async revoke(id: string, time: number): Promise<boolean> {
      const token = tokens.get(id);
      if (token && token.revokedAt === null) tokens.set(id, { ...token, revokedAt: time });
      return token !== undefined;
    },
  };
}

export function memoryEnrolmentTokens(): EnrolmentTokenStore {
  const tokens = new Map<string, EnrolmentToken>();
  const users = new Map<string, Set<DeviceId>>();
  return {
    ...tokensIn(tokens),
    users: async id => [...(users.get(id) ?? [])],
    async namesOf(devices) {
      const names = new Map<DeviceId, string>();
      for (const [id, those] of users)
        for (const device of devices) if (those.has(device)) names.set(device, tokens.get(id)!.name);
      return names;
    },
    async use(id, device, time) {
      const token = tokens.get(id);
      if (!token || !isValid(token, time)) return false;
      const known = users.get(id) ?? new Set();
      if (known.has(device)) return true;
      if (token.maxUses !== null && token.uses >= token.maxUses) return false;
      users.set(id, known.add(device));
      tokens.set(id, { ...token, uses: token.uses + 1 });
      return true;
    },
  };
}

export function memoryOperatorTokens(): OperatorTokenStore {
  const tokens = new Map<string, OperatorToken>();
  return {
    ...tokensIn(tokens),
    async anyValid(time) {
      return [...tokens.values()].some(token => isValid(token, time));
    },
  };
}

export function memoryInferenceTokens(): InferenceTokenStore {
  const tokens = new Map<string, StoredInferenceToken>();
  return {
    ...tokensIn(tokens),
    async unrevoked() {
      const all = [...tokens.values()];
      return { tokens: all.filter(({ revokedAt }) => revokedAt === null), hasAny: all.length > 0 };
    },
  };
}
