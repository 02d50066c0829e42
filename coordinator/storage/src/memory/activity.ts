import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Activity, ActivityStore } from '@murmuration/rounds/population/activity';
import type { DeviceStore } from '@murmuration/rounds/population/device';

/** Keeps activity in memory; `devices` is the store of the enrolled devices. */
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
