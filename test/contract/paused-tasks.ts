import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { PausedTasks } from '@murmuration/rounds/rounds/pauses';
import { describe, expect, it } from 'vitest';

const [keyboard, digits] = ['keyboard', 'digits'] as TaskName[] as [TaskName, TaskName];

/** What every store of paused tasks keeps to; `open` gives an empty one. */
export function pausedTasksContract(name: string, open: () => Promise<PausedTasks>): void {
  describe(`${name} as a store of paused tasks`, () => {
    it('knows which tasks are paused, however often that is said', async () => {
      const paused = await open();
      expect(await paused.all()).toEqual(new Set());
      for (const task of [keyboard, digits, keyboard]) await paused.set(task, true);
      expect(await paused.all()).toEqual(new Set([keyboard, digits]));
      for (const task of [keyboard, keyboard]) await paused.set(task, false);
      expect(await paused.all()).toEqual(new Set([digits]));
    });
  });
}
