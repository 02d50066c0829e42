import type { MonitoredModel } from '@murmuration/api/monitor';
import { useMemo } from 'preact/hooks';
import { RangedCharts } from '../controls/chart-card.tsx';
import { accuracies, drifts } from './over-time.ts';

interface Shown {
  /** Name of the model: that of its task, if it has one. */
  readonly name: string;
  readonly model: MonitoredModel;
}

/**
 * Charts of the share of drifted features by window, and of the version's accuracy by hour; each only if
 * known.
 */
export function MonitorCharts({ name, model }: Shown) {
  const drawn = useMemo(
    () => [
      ...(model.windows.length > 0 ? [drifts(model)] : []),
      ...(model.accuracy.length > 0 ? [accuracies(model)] : []),
    ],
    [model],
  );
  return <RangedCharts task={name} contents={drawn} />;
}
