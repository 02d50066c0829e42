import type { MonitoredModel } from '@murmuration/api/monitor';
import { useMemo } from 'preact/hooks';
import { useChanges } from '../controls/changes.ts';
import { ChartCard } from '../controls/chart-card.tsx';
import { Span, useRange } from '../controls/span.tsx';
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
  const [changes, range] = [useChanges(), useRange(0)];
  const drawn = useMemo(
    () => [
      ...(model.windows.length > 0 ? [drifts(model)] : []),
      ...(model.accuracy.length > 0 ? [accuracies(model)] : []),
    ],
    [model],
  );
  if (drawn.length === 0) return null;
  return (
    <>
      <Span otherwise={0} />
      <div class={drawn.length > 1 ? 'beside even' : ''}>
        {drawn.map(content => (
          <ChartCard key={content.title} content={content} range={range} changes={changes} task={name} />
        ))}
      </div>
    </>
  );
}
