import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';
import type { JudgedVersion, VerdictStore } from '@murmuration/rounds/registry/verdicts';

export interface MemoryVerdicts extends VerdictStore {
  /** Adds to the verdicts on a model. */
  add(judged: JudgedVersion): void;
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
