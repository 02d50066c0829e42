import type { AccuracySums } from '@murmuration/monitoring/accuracy/accuracy-sums';
import type { Documents } from '@murmuration/rounds/operators/documents';
import type { AccuracyStore } from '@murmuration/serving/monitor/accuracy-store';

interface Kept {
  readonly version: string;
  readonly sums: AccuracySums;
}

/** Makes a store of the accuracy of versions by hour. */
export function accuracyIn(documents: Documents): AccuracyStore {
  const kind = 'live-accuracy';
  return {
    async all() {
      const found = await documents.list<Kept>(kind);
      return found.map(({ scope, at, value }) => ({ model: scope, from: at, ...value }));
    },
    async put(hours) {
      await documents.change({
        put: hours.map(({ model, version, from, sums }) => {
          const value: Kept = { version, sums };
          return { kind, scope: model, key: `${version} ${from}`, at: from, value };
        }),
      });
    },
    async forget(time) {
      await documents.change({ forget: { kind, until: time - 1 } });
    },
  };
}
