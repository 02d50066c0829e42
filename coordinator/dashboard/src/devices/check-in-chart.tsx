import type { CheckIns } from '@murmuration/api/device';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Chart } from '../charts/chart.tsx';
import type { ChartContent } from '../charts/content.ts';
import { count, moment } from '../page/format.ts';
import { Span } from '../page/span.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';

/** Spans to choose from, hours. */
const spans = [24, 72, 168] as const;

/** Check-ins by hour, and what devices were told. */
export function CheckInChart() {
  const hours = useSignal<number>(spans[0]);
  const loaded = useLoaded<CheckIns>(`check-ins?hours=${hours.value}`, ['devices']);
  const answer = loaded.data.value;
  const content = useMemo(() => answer && contentOf(answer), [answer]);
  return (
    <section class="card" aria-label={strings.checkIns.title}>
      <Loading of={loaded}>
        {() =>
          content && (
            <>
              <Chart content={content}>
                <Span hours={hours} spans={spans} />
              </Chart>
              {content.series.every(({ values }) => values.every(value => value === 0)) && (
                <p class="hint">{strings.checkIns.none}</p>
              )}
            </>
          )
        }
      </Loading>
    </section>
  );
}

function contentOf({ hours }: CheckIns): ChartContent {
  return {
    title: strings.checkIns.title,
    x: {
      label: strings.checkIns.x,
      values: hours.map(({ hour }) => Date.parse(hour) / 1_000),
      isTime: true,
    },
    y: { label: strings.checkIns.y, format: value => count(Math.round(value)), fromZero: true },
    kind: 'stack',
    series: [
      { label: strings.checkIns.ineligible, colour: 'faint', values: hours.map(each => each.ineligible) },
      { label: strings.checkIns.later, colour: 'both', values: hours.map(each => each.later) },
      { label: strings.checkIns.waiting, colour: 'shared', values: hours.map(each => each.waiting) },
    ],
    place: x => moment(new Date(x * 1_000).toISOString()),
  };
}
