import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';
import type { OperatorToken, OperatorTokenStore } from '../operators/operator-token.ts';
import { type Page, pageOf } from '../paging/paging.ts';
import type { Activity, ActivityStore } from '../population/activity.ts';
import type { DeviceStore } from '../population/device.ts';
import type { EnrolmentToken, EnrolmentTokenStore } from '../population/enrolment-token.ts';
import type { Judged, VerdictStore } from '../registry/verdicts.ts';
import type { PausedTasks } from '../rounds/pauses.ts';
import type { InferenceTokenStore, StoredInferenceToken } from '../tokens/inference-token.ts';
import { isValid } from '../tokens/secret-token.ts';

/** Tokens by their ids, as all kinds are kept. */
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

/** `devices` is where its devices are enrolled. */
export function memoryActivity(
  devices: Pick<DeviceStore, 'get'> = { get: async () => undefined },
): ActivityStore {
  const known = new Map<
    DeviceId,
    Omit<Activity, 'tasks'> & { tasks: Map<TaskName, Activity['tasks'][number]> }
  >();
  return {
    async record(changes) {
      for (const { device, seenAt, client, tasks } of changes) {
        const before = known.get(device) ?? { seenAt: 0, platform: '', sdk: '', tasks: new Map() };
        for (const change of tasks) {
          const { task, rounds, updates, lastAt } = before.tasks.get(change.task) ?? {
            ...change,
            rounds: 0,
            updates: 0,
          };
          before.tasks.set(task, {
            task,
            rounds: rounds + change.rounds,
            updates: updates + change.updates,
            lastAt: Math.max(lastAt, change.lastAt),
          });
        }
        known.set(device, { ...before, ...client, seenAt: Math.max(before.seenAt, seenAt) });
      }
    },
    async coming(now, comingFor, lasting) {
      let sum = 0;
      for (const [id, { seenAt }] of known) {
        const device = await devices.get(id);
        if (!device || device.revokedAt !== null || seenAt - device.enrolledAt < comingFor) continue;
        sum += Math.max(0, Math.min(1, 2 - (2 * (now - seenAt)) / lasting));
      }
      return sum;
    },
    async summary(since) {
      const clients = new Map<string, { platform: string; sdk: string; devices: number }>();
      let seen = 0;
      for (const { seenAt, platform, sdk } of known.values()) {
        if (seenAt >= since) seen += 1;
        const key = JSON.stringify([platform, sdk]);
        const { devices } = clients.get(key) ?? { devices: 0 };
        clients.set(key, { platform, sdk, devices: devices + 1 });
      }
      return { seen, clients: [...clients.values()].sort((a, b) => b.devices - a.devices) };
    },
    async of(devices) {
      const found = new Map<DeviceId, Activity>();
      for (const device of devices) {
        const activity = known.get(device);
        if (!activity) continue;
        const tasks = [...activity.tasks.values()].sort((a, b) => (a.task < b.task ? -1 : 1));
        found.set(device, { ...activity, tasks });
      }
      return found;
    },
  };
}

export function memoryPausedTasks(): PausedTasks {
  const paused = new Set<TaskName>();
  return {
    async all() {
      return new Set(paused);
    },
    async set(task, isPaused) {
      if (isPaused) paused.add(task);
      else paused.delete(task);
    },
  };
}

export interface MemoryVerdicts extends VerdictStore {
  /** Adds to what is kept of a model. */
  add(judged: Judged): void;
}

export function memoryVerdicts(): MemoryVerdicts {
  const known = new Map<ModelHash, VerdictCounts>();
  return {
    add({ model, verdicts: { kept, refused } }) {
      const before = known.get(model) ?? { kept: 0, refused: 0 };
      known.set(model, { kept: before.kept + kept, refused: before.refused + refused });
    },
    async of(models) {
      return new Map(models.flatMap(model => (known.has(model) ? [[model, known.get(model)!]] : [])));
    },
    async retain(models) {
      for (const model of known.keys()) if (!models.has(model)) known.delete(model);
    },
  };
}
