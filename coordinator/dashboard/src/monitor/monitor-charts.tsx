import type { MonitoredModel } from '@murmuration/api/monitor';
import { Chart } from '@murmuration/ui/charts/chart';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { accuracies, drifts } from './over-time.ts';

/**
 * Charts of the share of drifted features by window, and of the version's accuracy by hour; each only if
 * known.
 */
export function MonitorCharts({ model }: { readonly model: MonitoredModel }) {
  const drawn = [
    ...(model.windows.length > 0 ? [drifts] : []),
    ...(model.accuracy.length > 0 ? [accuracies] : []),
  ];
  return (
    <div class={drawn.length > 1 ? 'beside even' : ''}>
      {drawn.map(contentOf => (
        <Drawn key={contentOf.name} model={model} contentOf={contentOf} />
      ))}
    </div>
  );
}

function Drawn({
  model,
  contentOf,
}: {
  readonly model: MonitoredModel;
  readonly contentOf: (model: MonitoredModel) => ChartContent;
}) {
  const { theme } = useDashboard();
  const content = useMemo(() => contentOf(model), [model]);
  return (
    <section class="card" aria-label={content.title}>
      <Chart content={content} theme={theme.theme.value} />
    </section>
  );
}
