import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { type DeviceMark, type MarkStore, saysNothing } from '@murmuration/rounds/population/mark';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';

/** Keeps marks as rows, one per task and device. */
export function sqlMarks({ rows, writer }: RowDatabase): MarkStore {
  return {
    async put(marks) {
      await writer.write(async changes => {
        for (const mark of marks) {
          const { task, device } = mark;
          await changes
            .deleteFrom('device_marks')
            .where('task', '=', task)
            .where('device', '=', device)
            .execute();
          if (!saysNothing(mark)) await changes.insertInto('device_marks').values(rowOf(mark)).execute();
        }
      });
    },

    async since(task, time, most) {
      const found = await rows
        .selectFrom('device_marks')
        .selectAll()
        .where('task', '=', task)
        .where('changed_at', '>=', time)
        .orderBy('changed_at', 'desc')
        .orderBy('device')
        .limit(most)
        .execute();
      return found.map(markOf);
    },

    async of(devices) {
      if (devices.length === 0) return [];
      const found = await rows
        .selectFrom('device_marks')
        .selectAll()
        .where('device', 'in', devices)
        .orderBy('task')
        .execute();
      return found.map(markOf);
    },

    async prune(task, time) {
      await writer.write(changes =>
        changes.deleteFrom('device_marks').where('task', '=', task).where('changed_at', '<', time).execute(),
      );
    },

    async forget(device) {
      await writer.write(changes =>
        changes.deleteFrom('device_marks').where('device', '=', device).execute(),
      );
    },
  };
}

const rowOf = (mark: DeviceMark): Tables['device_marks'] => ({
  task: mark.task,
  device: mark.device,
  failures: mark.failures,
  in_row: mark.inRow,
  failed_at: mark.failedAt,
  apart_until: mark.apartUntil,
  silences: mark.silences,
  silent_until: mark.silentUntil,
  delays: mark.delays,
  changed_at: mark.changedAt,
});

const markOf = (row: Tables['device_marks']): DeviceMark => ({
  task: row.task as TaskName,
  device: row.device as DeviceId,
  failures: row.failures,
  inRow: row.in_row,
  failedAt: row.failed_at,
  apartUntil: row.apart_until,
  silences: row.silences,
  silentUntil: row.silent_until,
  delays: row.delays,
  changedAt: row.changed_at,
});
