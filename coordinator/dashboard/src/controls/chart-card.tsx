import type { AuditEntryMessage } from '@murmuration/api/audit';
import { Chart } from '@murmuration/ui/charts/chart';
import type { ChartContent } from '@murmuration/ui/charts/content';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { inRange, useChanges } from './changes.ts';
import { Span, useRange } from './span.tsx';
import { words } from './words.ts';

interface Shown {
  readonly content: ChartContent;
  /** Instants of the values, s since 1970, where the horizontal axis is not time. */
  readonly times?: readonly number[];
  readonly range?: readonly [from: number, to: number] | undefined;
  readonly changes: readonly AuditEntryMessage[] | undefined;
  /** Task whose changes are marked; by default all. */
  readonly task?: string;
  /** Controls that choose the content. */
  readonly children?: ComponentChildren;
}

/** Chart in a range of time, with marks of what was changed, and a button that saves it as CSV. */
export function MarkedChart({ content, times, range, changes = [], task, children }: Shown) {
  const { theme, notice } = useDashboard();
  const shown = useMemo(
    () => inRange(content, { times: times ?? content.x.values, range, changes, task: task ?? null }),
    [content, times, range?.[0], range?.[1], changes, task],
  );
  const save = () =>
    import('./save-chart.ts').then(
      ({ saveChart }) => saveChart(shown),
      () => notice.say(words.notExported),
    );
  return (
    <>
      <Chart content={shown} theme={theme.theme.value}>
        <div class="filters">
          {children}
          <button
            type="button"
            class="quiet-button"
            aria-label={words.exportOf(content.title)}
            disabled={shown.x.values.length === 0}
            onClick={save}
          >
            {words.export}
          </button>
        </div>
      </Chart>
      {shown.x.values.length === 0 && content.x.values.length > 0 && <p class="hint">{words.nothing}</p>}
    </>
  );
}

/** Card of one chart. */
export function ChartCard(chart: Shown) {
  return (
    <section class="card" aria-label={chart.content.title}>
      <MarkedChart {...chart} />
    </section>
  );
}

interface Ranged extends Pick<Shown, 'times'> {
  readonly task: string;
  readonly contents: readonly ChartContent[];
}

/** Cards of a task's charts, in the range of the address; nothing without charts. */
export function RangedCharts({ contents, ...rest }: Ranged) {
  const [changes, range] = [useChanges(), useRange(0)];
  if (contents.length === 0) return null;
  return (
    <div class="stack">
      <Span otherwise={0} />
      <div class="charts">
        {contents.map(content => (
          <ChartCard key={content.title} content={content} range={range} changes={changes} {...rest} />
        ))}
      </div>
    </div>
  );
}
