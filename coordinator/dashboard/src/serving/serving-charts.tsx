import type { InferenceState } from '@murmuration/api/inference';
import type { ChartContent } from '@murmuration/ui/charts/content';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { useChanges } from '../controls/changes.ts';
import { ChartCard } from '../controls/chart-card.tsx';
import { count, figure, hourOrDay, moment } from '../format/format.ts';
import { words } from './words.ts';

type Minutes = InferenceState['minutes'];

interface Shown {
  readonly minutes: Minutes;
  readonly children?: ComponentChildren;
}

/** Charts of the latency and the number of requests by minute. */
export function ServingCharts({ minutes, children }: Shown) {
  const changes = useChanges();
  const [slow, many] = useMemo(() => [latencies(minutes), throughput(minutes)] as const, [minutes]);
  return (
    <div class="beside even">
      <ChartCard content={slow} changes={changes}>
        {children}
      </ChartCard>
      <ChartCard content={many} changes={changes} />
    </div>
  );
}

function latencies(minutes: Minutes): ChartContent {
  return {
    ...axes(minutes),
    title: words.latencies,
    y: { label: words.latencyAxis, format: value => `${figure(value)} ms`, fromZero: true },
    kind: 'lines',
    series: [
      { label: words.median, colour: 'shared', values: minutes.map(({ p50 }) => p50) },
      { label: words.p99, colour: 'both', values: minutes.map(({ p99 }) => p99) },
    ],
  };
}

function throughput(minutes: Minutes): ChartContent {
  return {
    ...axes(minutes),
    title: words.throughput,
    y: { label: words.requests, format: value => count(Math.round(value)), fromZero: true },
    kind: 'stack',
    series: [
      { label: words.failed, colour: 'yours', values: minutes.map(({ errors }) => errors) },
      {
        label: words.answered,
        colour: 'good',
        values: minutes.map(({ requests, errors }) => requests - errors),
      },
    ],
  };
}

function axes(minutes: Minutes): Pick<ChartContent, 'x' | 'place'> {
  return {
    x: {
      label: words.minute,
      values: minutes.map(({ at }) => Date.parse(at) / 1_000),
      isTime: true,
      tick: hourOrDay,
    },
    place: x => moment(new Date(x * 1_000).toISOString()),
  };
}
