import type { HourlyCount, HourlyCountStore } from '../operation/hourly-counts.ts';

export function memoryHourlyCounts(): HourlyCountStore {
  let kept: readonly HourlyCount[] = [];
  return {
    async add(counts, forget) {
      const all = new Map<string, HourlyCount>();
      for (const each of [...kept, ...counts]) {
        const { hour, series, task, name, count } = each;
        const key = JSON.stringify([series, hour, task, name]);
        if (hour >= forget) all.set(key, { ...each, count: count + (all.get(key)?.count ?? 0) });
      }
      kept = [...all.values()];
    },
    async since(series, hour) {
      return kept.filter(each => each.series === series && each.hour >= hour).sort((a, b) => a.hour - b.hour);
    },
  };
}
