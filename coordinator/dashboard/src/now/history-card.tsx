import type { RoundSummary, Rounds } from '@murmuration/api/round';
import { Chart } from '@murmuration/ui/charts/chart';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { Span } from '../controls/span.tsx';
import { count, hourOrDay, moment } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Spans to choose from, hours. */
const spans = [1, 6, 24, 168, 720] as const;
/** Most rounds in one chart, the newest ones. */
const most = 200;

/** Number of steps in which the visible span moves on. */
const steps = 100;

/** Chart of a task's recent rounds: devices that contributed, were late or were lost, and failed rounds. */
export function HistoryCard({ task }: { readonly task: string }) {
  const { theme, ticker, feed } = useDashboard();
  const hours = useSignal<number>(24);
  // Moves on in steps too small to be seen, so that requests are rare.
  const beginning = useComputed(() => {
    const span = hours.value * 3_600_000;
    const step = span / steps;
    return Math.floor((ticker.now.value + feed.ahead.value) / step) * step - span;
  });
  const since = new Date(beginning.value).toISOString();
  const span = [
    beginning.value / 1_000,
    beginning.value / 1_000 + (1 + 1 / steps) * hours.value * 3_600,
  ] as const;
  const loaded = useLoaded<Rounds>(`tasks/${task}/rounds?limit=${most}&since=${since}`, ['rounds'], task);
  const answer = loaded.data.value;
  const content = useMemo(
    () => answer && contentOf(task, answer.rounds.toReversed(), span),
    [task, answer, since, hours.value],
  );
  return (
    <section class="card" aria-label={words.history.of(task)}>
      <Loading of={loaded}>
        {({ rounds, total }) => {
          const failed = rounds.filter(({ outcome }) => outcome === 'failed').length;
          return (
            <>
              {content && (
                <Chart content={content} theme={theme.theme.value}>
                  <Span hours={hours} spans={spans} />
                </Chart>
              )}
              <p class="muted" role="status">
                {words.history.told(rounds.length, failed, total)}{' '}
                <a href={addressOf({ page: 'rounds', task })}>{words.history.all}</a>
              </p>
            </>
          );
        }}
      </Loading>
    </section>
  );
}

function contentOf(
  task: string,
  rounds: readonly RoundSummary[],
  span: readonly [number, number],
): ChartContent {
  const tallies = (pick: (round: RoundSummary) => number) => rounds.map(pick);
  const isPublished = ({ outcome }: RoundSummary) => outcome === 'published';
  return {
    title: words.history.of(task),
    x: {
      label: words.history.x,
      values: rounds.map(({ endedAt }) => Date.parse(endedAt) / 1_000),
      span,
      isTime: true,
      tick: hourOrDay,
    },
    y: { label: words.history.y, format: value => count(Math.round(value)), fromZero: true },
    kind: 'stack',
    series: [
      { label: words.history.lost, colour: 'faint', values: tallies(({ tally }) => tally.late + tally.lost) },
      {
        label: words.history.failed,
        colour: 'yours',
        values: tallies(round => (isPublished(round) ? 0 : round.tally.accepted)),
      },
      {
        label: words.history.contributed,
        colour: 'good',
        values: tallies(round => (isPublished(round) ? round.tally.accepted : 0)),
      },
    ],
    place: x => moment(new Date(x * 1_000).toISOString()),
  };
}
