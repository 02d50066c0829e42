import type { Mean } from '@murmuration/protocol/weights/quantize';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';

/** Federated averaging that remembers the means that it was given. */
export function watchedFedAvg(): {
  readonly strategy: ReturnType<typeof fedAvg>;
  readonly means: readonly Mean[];
} {
  const means: Mean[] = [];
  const inner = fedAvg();
  const strategy: ReturnType<typeof fedAvg> = {
    ...inner,
    apply(state, model, mean) {
      means.push({ ...mean, delta: mean.delta.slice() });
      return inner.apply(state, model, mean);
    },
  };
  return { strategy, means };
}

/** Whether two means are the same, bit for bit. */
export function equalMeans(a: Mean, b: Mean): boolean {
  return (
    a.weight === b.weight &&
    a.delta.length === b.delta.length &&
    a.delta.every((value, i) => Object.is(value, b.delta[i]))
  );
}
