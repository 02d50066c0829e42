import type { InferenceState } from '@murmuration/api/inference';
import { Chart } from '@murmuration/ui/charts/chart';
import type { ChartContent } from '@murmuration/ui/charts/content';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { count, figure, hourOrDay, moment } from '../format/format.ts';
import { words } from './words.ts';

type Minutes = InferenceState['minutes'];

interface Shown {
  readonly minutes: Minutes;
  readonly children?: ComponentChildren;
}

/** Chart of request latency by minute. */
export function LatencyChart({ minutes, children }: Shown) {
  return (
    <Minutely minutes={minutes} contentOf={latencies}>
      {children}
    </Minutely>
  );
}

/** Chart of the number of requests by minute. */
export function ThroughputChart({ minutes }: Shown) {
  return <Minutely minutes={minutes} contentOf={throughput} />;
}

function Minutely({
  minutes,
  contentOf,
  children,
}: Shown & { readonly contentOf: (minutes: Minutes) => ChartContent }) {
  const { theme } = useDashboard();
  const content = useMemo(() => contentOf(minutes), [minutes]);
  return (
    <section class="card" aria-label={content.title}>
      <Chart content={content} theme={theme.theme.value}>
        {children}
      </Chart>
    </section>
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
