import { betterOf } from '@murmuration/api/direction';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { Finding } from './finding.ts';
import type { FigureSettings } from './settings.ts';

/**
 * Number of versions whose figures are remembered, so that a version that was rolled back to is known as a
 * parent.
 */
const maxJudgedVersions = 50;

interface Measured {
  readonly number: number;
  readonly value: number;
}

/**
 * Fall of a figure: a version that is worse than its parent, and the versions after it that are no better.
 */
interface Fall {
  /** Last version before the fall. */
  readonly from: Measured;
  /** Time of the fall, in ms since 1970. */
  readonly since: number;
}

/** Trend of one figure of a task over its newest versions. */
export interface FigureTrend {
  readonly recent: ReadonlyMap<ModelHash, Measured>;
  /**
   * Newest version, which the next one is made from unless an operator rolls back; null before the first one.
   */
  readonly newest: (Measured & { readonly model: ModelHash }) | null;
  /** Fall that lasts; null while the newest version is no worse. */
  readonly fall: Fall | null;
}

export const noFigures: FigureTrend = { recent: new Map(), newest: null, fall: null };

/** Returns the trend after one more version; a version without this figure changes nothing. */
export function followFigure(
  trend: FigureTrend,
  { model, parent, number, metrics, createdAt }: ModelVersion,
  settings: FigureSettings,
): FigureTrend {
  const value = metrics?.[settings.figure];
  if (value === undefined) return trend;
  const goesOn = parent !== null && parent === trend.newest?.model;
  const earlier = goesOn ? trend.fall : null;
  const from = earlier?.from ?? (parent === null ? undefined : trend.recent.get(parent));
  const fell = from !== undefined && loss(from.value, value, settings) > settings.margin;
  const recent = [...trend.recent, [model, { number, value }] as const].slice(-maxJudgedVersions);
  return {
    recent: new Map(recent),
    newest: { model, number, value },
    fall: fell ? { from, since: earlier?.since ?? createdAt } : null,
  };
}

/**
 * Returns a finding if the version from which the next one is made is worse than the one before, by more than
 * the margin.
 */
export function figureFell(
  task: TaskName,
  { newest, fall }: FigureTrend,
  base: ModelHash,
  { figure, margin }: FigureSettings,
): Finding | null {
  // After a rollback, the worse version is out of use.
  if (!newest || !fall || newest.model !== base) return null;
  const { from, since } = fall;
  return {
    key: `figure-fell:${task}:${figure}`,
    rule: 'figure-fell',
    severity: 'warning',
    task,
    summary: `${figure} of ${task} went from ${shown(from.value)} in version ${from.number} to ${shown(newest.value)} in version ${newest.number}; the margin is ${shown(margin)}.`,
    advice: `Compare the two versions and the rounds behind them, and roll back to version ${from.number} if the fall is real.`,
    page: `/#/model/compare/${task}/${from.number}/${newest.number}`,
    since,
  };
}

/** Returns by how much `after` is worse, without rounding errors in the last digits. */
function loss(before: number, after: number, { figure }: FigureSettings): number {
  const difference = betterOf(figure) === 'higher' ? before - after : after - before;
  return Number(difference.toPrecision(12));
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
