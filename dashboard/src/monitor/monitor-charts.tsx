import type { MonitoredModel } from '@murmuration/api/monitor';
import { Chart } from '@murmuration/ui/charts/chart';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { hourOrDay, moment, percent } from '../format/format.ts';
import { words } from './words.ts';

/** How many features drifted, window by window, and how good the version was, hour by hour; either where it is known. */
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

function drifts({ windows, configured, own }: MonitoredModel): ChartContent {
  const inOrder = windows.toReversed();
  return {
    ...along(
      words.window,
      inOrder.map(({ to }) => to),
    ),
    title: words.drift,
    y: { label: words.shareAxis, format: value => percent(value, 0), fromZero: true },
    kind: 'lines',
    series: [
      { label: words.drift, colour: 'yours', values: inOrder.map(({ share }) => share) },
      { label: words.enough, colour: 'both', values: inOrder.map(() => own.share ?? configured.share) },
    ],
  };
}

function accuracies({ accuracy }: MonitoredModel): ChartContent {
  return {
    ...along(
      words.hour,
      accuracy.map(({ from }) => from),
    ),
    title: words.accuracy,
    y: { label: words.accuracyAxis, format: value => percent(value) },
    kind: 'lines',
    series: [
      { label: words.value, colour: 'shared', values: accuracy.map(({ value }) => value) },
      { label: words.lower, colour: 'both', values: accuracy.map(({ low }) => low) },
    ],
  };
}

function along(label: string, instants: readonly string[]): Pick<ChartContent, 'x' | 'place'> {
  return {
    x: { label, values: instants.map(at => Date.parse(at) / 1_000), isTime: true, tick: hourOrDay },
    place: x => moment(new Date(x * 1_000).toISOString()),
  };
}
