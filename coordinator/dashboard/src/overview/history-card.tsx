import type { RoundSummary, Rounds } from '@murmuration/api/round';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { useMemo } from 'preact/hooks';
import { addressOf } from '../context/routes.ts';
import type { useChanges } from '../controls/changes.ts';
import { MarkedChart } from '../controls/chart-card.tsx';
import { useRange } from '../controls/span.tsx';
import { Tile } from '../controls/tile.tsx';
import { count, duration, hourOrDay, moment } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { difference, nameOf, readable, readingOf } from '../metrics/figures.ts';
import { words } from './words.ts';

/** Most rounds in one chart, the newest ones. */
const mostRounds = 200;

interface Shown {
  readonly task: string;
  readonly changes: ReturnType<typeof useChanges>;
}

/** Figures and chart of a task's rounds in the chosen range: who contributed, was late or was lost. */
export function HistoryCard({ task, changes }: Shown) {
  const range = useRange(24);
  const since = range ? `&since=${new Date(range[0] * 1_000).toISOString()}` : '';
  const loaded = useLoaded<Rounds>(`tasks/${task}/rounds?limit=${mostRounds}${since}`, ['rounds'], task);
  const answer = loaded.data.value;
  const content = useMemo(() => answer && contentOf(task, answer.rounds.toReversed()), [task, answer]);
  return (
    <section class="card" aria-label={words.history.of(task)}>
      <Loading of={loaded}>
        {({ rounds, total }) => {
          const failed = rounds.filter(({ outcome }) => outcome === 'failed').length;
          return (
            <>
              <Figures rounds={rounds} />
              {content && <MarkedChart content={content} range={range} changes={changes} task={task} />}
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

/** Accuracy, loss, devices and duration of rounds, newest first; changes since the first of them. */
function Figures({ rounds }: Pick<Rounds, 'rounds'>) {
  const made = rounds.filter(({ model }) => model !== null);
  const measured = made.filter(({ metrics }) => metrics !== null);
  const [newest, oldest] = [measured[0]?.metrics, measured.at(-1)?.metrics];
  const names = Object.keys(newest ?? {});
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  return (
    <div class="tiles">
      {(['share', 'loss'] as const).map(unit => {
        const name = names.find(each => readingOf(each, [newest?.[each]]).unit === unit);
        if (name === undefined) return null;
        const [to, from] = [newest?.[name], oldest?.[name]];
        const reading = readingOf(name, [to, from]);
        return (
          <Tile key={unit} value={readable(to, reading)}>
            {nameOf(name)}
            {to != null && from != null && measured.length > 1 && `, ${difference(from, to, reading)}`}
          </Tile>
        );
      })}
      {made.length > 0 && (
        <>
          <Tile value={count(middle(made.map(({ tally }) => tally.accepted)))}>{words.history.devices}</Tile>
          <Tile
            value={duration(
              middle(made.map(({ startedAt, endedAt }) => Date.parse(endedAt) - Date.parse(startedAt))),
            )}
          >
            {words.history.took}
          </Tile>
        </>
      )}
    </div>
  );
}

function contentOf(task: string, rounds: readonly RoundSummary[]): ChartContent {
  const tallies = (pick: (round: RoundSummary) => number) => rounds.map(pick);
  const isPublished = ({ outcome }: RoundSummary) => outcome === 'published';
  return {
    title: words.history.of(task),
    x: {
      label: words.history.x,
      values: rounds.map(({ endedAt }) => Date.parse(endedAt) / 1_000),
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
