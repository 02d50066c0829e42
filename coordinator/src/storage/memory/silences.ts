import type { Silence, SilenceStore } from '../../telemetry/alerts/attention.ts';

export function memorySilences(): SilenceStore {
  const kept = new Map<string, Silence>();
  return {
    async after(now) {
      for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
      return [...kept.values()];
    },
    async put(silence) {
      kept.set(JSON.stringify([silence.rule, silence.task]), silence);
    },
  };
}
