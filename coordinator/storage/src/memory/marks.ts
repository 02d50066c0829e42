import { type DeviceMark, type MarkStore, saysNothing } from '@murmuration/rounds/population/mark';

export function memoryMarks(): MarkStore {
  const kept = new Map<string, DeviceMark>();
  const keyOf = ({ task, device }: Pick<DeviceMark, 'task' | 'device'>) => `${task} ${device}`;
  return {
    async put(marks) {
      for (const mark of marks)
        if (saysNothing(mark)) kept.delete(keyOf(mark));
        else kept.set(keyOf(mark), mark);
    },
    async since(task, time, most) {
      return [...kept.values()]
        .filter(mark => mark.task === task && mark.changedAt >= time)
        .sort((a, b) => b.changedAt - a.changedAt || (a.device < b.device ? -1 : 1))
        .slice(0, most);
    },
    async of(devices) {
      return [...kept.values()]
        .filter(({ device }) => devices.includes(device))
        .sort((a, b) => (a.task < b.task ? -1 : 1));
    },
    async prune(task, time) {
      for (const [key, mark] of kept) if (mark.task === task && mark.changedAt < time) kept.delete(key);
    },
    async forget(device) {
      for (const [key, mark] of kept) if (mark.device === device) kept.delete(key);
    },
  };
}
