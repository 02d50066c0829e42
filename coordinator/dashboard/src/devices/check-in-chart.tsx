import type { CheckIns } from '@murmuration/api/device';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { useMemo } from 'preact/hooks';
import { useChanges } from '../controls/changes.ts';
import { MarkedChart } from '../controls/chart-card.tsx';
import { maxHours, Span, useHours } from '../controls/span.tsx';
import { count, hourOrDay, moment } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Chart of check-ins by hour, and of the answers to devices. */
export function CheckInChart() {
  const changes = useChanges();
  const hours = useHours(24) || maxHours;
  const loaded = useLoaded<CheckIns>(`check-ins?hours=${hours}`, ['devices']);
  const answer = loaded.data.value;
  const content = useMemo(() => answer && contentOf(answer), [answer]);
  return (
    <section class="card" aria-label={words.checkIns.title}>
      <Loading of={loaded}>
        {() =>
          content && (
            <>
              <MarkedChart content={content} changes={changes}>
                <Span otherwise={24} />
              </MarkedChart>
              {content.series.every(({ values }) => values.every(value => value === 0)) && (
                <p class="hint">{words.checkIns.none}</p>
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
    title: words.checkIns.title,
    x: {
      label: words.checkIns.x,
      values: hours.map(({ hour }) => Date.parse(hour) / 1_000),
      isTime: true,
      tick: hourOrDay,
    },
    y: { label: words.checkIns.y, format: value => count(Math.round(value)), fromZero: true },
    kind: 'stack',
    series: [
      { label: words.checkIns.ineligible, colour: 'faint', values: hours.map(each => each.ineligible) },
      { label: words.checkIns.later, colour: 'both', values: hours.map(each => each.later) },
      { label: words.checkIns.waiting, colour: 'shared', values: hours.map(each => each.waiting) },
    ],
    place: x => moment(new Date(x * 1_000).toISOString()),
  };
}
