import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { OperatorToken, OperatorTokenStore } from '@murmuration/rounds/operators/operator-token';
import { type Page, pageOf } from '@murmuration/rounds/paging/paging';
import type { EnrolmentToken, EnrolmentTokenStore } from '@murmuration/rounds/population/enrolment-token';
import type { InferenceTokenStore, StoredInferenceToken } from '@murmuration/rounds/tokens/inference-token';
import { isValid } from '@murmuration/rounds/tokens/secret-token';

/** Map of tokens by id, for all kinds of tokens. */
class MemoryTokens<Token extends Pick<OperatorToken, 'id' | 'createdAt' | 'revokedAt'>> {
  readonly tokens = new Map<string, Token>();

  async add(token: Token): Promise<void> {
    this.tokens.set(token.id, token);
  }

  async get(id: string): Promise<Token | undefined> {
    return this.tokens.get(id);
  }

  async list(page: Page): Promise<readonly Token[]> {
    return pageOf(this.tokens.values(), page, ({ id, createdAt }) => ({ id, time: createdAt }));
  }

  async revoke(id: string, time: number): Promise<boolean> {
    const token = this.tokens.get(id);
    if (token && token.revokedAt === null) this.tokens.set(id, { ...token, revokedAt: time });
    return token !== undefined;
  }
}

export function memoryEnrolmentTokens(): EnrolmentTokenStore {
  const kept = new MemoryTokens<EnrolmentToken>();
  const users = new Map<string, Set<DeviceId>>();
  return {
    add: token => kept.add(token),
    get: id => kept.get(id),
    list: page => kept.list(page),
    revoke: (id, time) => kept.revoke(id, time),
    users: async id => [...(users.get(id) ?? [])],
    async namesOf(devices) {
      const names = new Map<DeviceId, string>();
      for (const [id, those] of users)
        for (const device of devices) if (those.has(device)) names.set(device, kept.tokens.get(id)!.name);
      return names;
    },
    async use(id, device, time) {
      const token = kept.tokens.get(id);
      if (!token || !isValid(token, time)) return false;
      const known = users.get(id) ?? new Set();
      if (known.has(device)) return true;
      if (token.maxUses !== null && token.uses >= token.maxUses) return false;
      users.set(id, known.add(device));
      kept.tokens.set(id, { ...token, uses: token.uses + 1 });
      return true;
    },
  };
}

export function memoryOperatorTokens(): OperatorTokenStore {
  const kept = new MemoryTokens<OperatorToken>();
  return {
    add: token => kept.add(token),
    get: id => kept.get(id),
    list: page => kept.list(page),
    revoke: (id, time) => kept.revoke(id, time),
    async anyValid(time) {
      return [...kept.tokens.values()].some(token => isValid(token, time));
    },
  };
}

export function memoryInferenceTokens(): InferenceTokenStore {
  const kept = new MemoryTokens<StoredInferenceToken>();
  return {
    add: token => kept.add(token),
    get: id => kept.get(id),
    list: page => kept.list(page),
    revoke: (id, time) => kept.revoke(id, time),
    async unrevoked() {
      const all = [...kept.tokens.values()];
      return { tokens: all.filter(({ revokedAt }) => revokedAt === null), hasAny: all.length > 0 };
    },
  };
}
