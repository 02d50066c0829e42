import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Conviction, ConvictionStore } from '@murmuration/rounds/population/convictions';

export function memoryConvictions(): ConvictionStore {
  const kept = new Map<string, Conviction & { readonly isPardoned: boolean }>();
  const standing = (): Conviction[] =>
    [...kept.values()]
      .filter(({ isPardoned }) => !isPardoned)
      .map(({ device, round, code, time }) => ({ device, round, code, time }))
      .sort((a, b) => a.time - b.time || (a.round < b.round ? -1 : 1));
  return {
    async add(conviction) {
      const key = `${conviction.device} ${conviction.round}`;
      if (!kept.has(key)) kept.set(key, { ...conviction, isPardoned: false });
    },
    async of(devices) {
      const found = new Map<DeviceId, Conviction[]>();
      for (const conviction of standing())
        if (devices.includes(conviction.device))
          found.set(conviction.device, [...(found.get(conviction.device) ?? []), conviction]);
      return found;
    },
    async since(time) {
      return standing().filter(each => each.time >= time);
    },
    async count() {
      return new Set(standing().map(({ device }) => device)).size;
    },
    async pardon(device) {
      for (const [key, each] of kept)
        if (each.device === device) kept.set(key, { ...each, isPardoned: true });
    },
  };
}
