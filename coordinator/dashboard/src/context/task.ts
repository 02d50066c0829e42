import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useDashboard } from './dashboard.ts';

/** Task that was shown or chosen last. */
export const lastTask = signal<string | null>(null);

/** Task that pages show: that of the address, else the last one, else the first; null if there is none. */
export function useTask(): string | null {
  const { whereabouts, feed } = useDashboard();
  const page = whereabouts.page.value;
  const shown = 'task' in page ? page.task : null;
  useEffect(() => {
    if (shown !== null) lastTask.value = shown;
  }, [shown]);
  const tasks = feed.overview.value?.tasks.map(({ task }) => task) ?? [];
  return shown ?? tasks.find(each => each === lastTask.value) ?? tasks[0] ?? null;
}
