import type { AuditEntryMessage } from '@murmuration/api/audit';
import type { ChartContent, ChartMark } from '@murmuration/ui/charts/content';
import { useLoaded } from '../loading/loaded.ts';
import { words } from './words.ts';

const actions = ['task.settings', 'version.alias', 'version.promote', 'version.rollback'];
/** Most changes that charts mark, the newest ones. */
const mostChanges = 200;

/** Changes of settings and of the served version, of all tasks, newest first. */
export function useChanges(): readonly AuditEntryMessage[] | undefined {
  const query = actions.map(action => `&action=${action}`).join('');
  const loaded = useLoaded<{ readonly entries: readonly AuditEntryMessage[] }>(
    `audit?limit=${mostChanges}${query}`,
    ['audit'],
  );
  return loaded.data.value?.entries;
}

/** Mark of a change, at its instant, s since 1970; undefined for one that devices don't notice. */
function markOf(entry: AuditEntryMessage, isOfOneTask: boolean): ChartMark | undefined {
  const { action, subject, outcome, changes, actor, time } = entry;
  if (outcome !== 'done') return undefined;
  const [task = ''] = subject.split(/[@/]/);
  const mark = (colour: ChartMark['colour'], what: string) => ({
    at: Date.parse(time) / 1_000,
    colour,
    text: words.mark(time, isOfOneTask ? '' : task, what, actor.name),
  });
  if (action === 'task.settings') return mark('muted', words.settings(changes ?? []));
  const version = changes?.find(({ field }) => field === 'champion')?.to ?? /@(\w+)/.exec(subject)?.[1];
  if (action === 'version.rollback') return mark('yours', words.rolledBack(version));
  const isServed = action === 'version.promote' || changes !== null || subject.endsWith(' champion');
  return isServed ? mark('good', words.served(version)) : undefined;
}

interface Shown {
  /** Instants of the values, s since 1970, ascending. */
  readonly times: readonly number[];
  /** Bounds of what is shown, s since 1970. */
  readonly range: readonly [from: number, to: number] | undefined;
  readonly changes: readonly AuditEntryMessage[];
  /** Task whose changes are marked; null for all. */
  readonly task: string | null;
}

/** Part of a chart that lies in a range, with marks of the changes in it. */
export function inRange(content: ChartContent, { times, range, changes, task }: Shown): ChartContent {
  const { x, series } = content;
  const kept = times.flatMap((at, i) => (range === undefined || at >= range[0] ? [i] : []));
  const cut = <Value>(values: readonly Value[]) => kept.map(i => values[i]!);
  const span = range ?? x.span;
  const [shown, places] = [cut(times), cut(x.values)];
  const from = span?.[0] ?? shown[0] ?? Number.POSITIVE_INFINITY;
  const isDrawn = x.isTime || shown.length > 0;
  const marks = changes
    .filter(({ subject }) => isDrawn && (task === null || subject.split(/[@/]/)[0] === task))
    .flatMap(entry => markOf(entry, task !== null) ?? [])
    .filter(({ at }) => at >= from)
    .toSorted((a, b) => a.at - b.at)
    .map(mark => (x.isTime ? mark : { ...mark, at: placeOf(mark.at, shown, places) }));
  return {
    ...content,
    x: { ...x, values: places, ...(x.isTime && span && { span }) },
    series: series.map(each => ({ ...each, values: cut(each.values) })),
    marks,
  };
}

/** Position of an instant on an axis that is not time, between those of the instants around it. */
function placeOf(at: number, times: readonly number[], places: readonly number[]): number {
  const next = times.findIndex(time => time > at);
  if (next < 1) return (next < 0 ? places.at(-1) : places[0]) ?? 0;
  const [a, b, from, to] = [times[next - 1]!, times[next]!, places[next - 1]!, places[next]!];
  return from + ((at - a) / (b - a)) * (to - from);
}
