import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { Finding } from './finding.ts';
import type { FigureSettings } from './settings.ts';

/** Versions whose figures are remembered, so that one that was rolled back to is known as a parent. */
const remembered = 50;

interface Measured {
  readonly number: number;
  readonly value: number;
}

/** A version that is worse than the one that it was made from, with those after it that are no better. */
interface Fall {
  /** The last version before it. */
  readonly from: Measured;
  /** ms since 1970. */
  readonly since: number;
}

/** How one figure of a task went, over its newest versions. */
export interface FigureTrend {
  readonly recent: ReadonlyMap<ModelHash, Measured>;
  /** The newest version, which the next one is made from unless somebody rolls back; null before the first one. */
  readonly newest: (Measured & { readonly model: ModelHash }) | null;
  /** null while the newest version is no worse. */
  readonly fall: Fall | null;
}

export const noFigures: FigureTrend = { recent: new Map(), newest: null, fall: null };

/** The trend with one version more; one without this figure leaves it as it was. */
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
  const recent = [...trend.recent, [model, { number, value }] as const].slice(-remembered);
  return {
    recent: new Map(recent),
    newest: { model, number, value },
    fall: fell ? { from, since: earlier?.since ?? createdAt } : null,
  };
}

/** Whether the version from which the next one is made is worse than the one before, by more than the margin. */
export function figureFell(
  task: TaskName,
  { newest, fall }: FigureTrend,
  base: ModelHash,
  { figure, margin }: FigureSettings,
): Finding | null {
  // Somebody has rolled back: the version that is worse is out of use.
  if (!newest || !fall || newest.model !== base) return null;
  const { from, since } = fall;
  return {
    key: `figure-fell:${task}:${figure}`,
    rule: 'figure-fell',
    severity: 'warning',
    task,
    summary: `${figure} of ${task} went from ${shown(from.value)} in version ${from.number} to ${shown(newest.value)} in version ${newest.number}; the margin is ${shown(margin)}.`,
    advice: `Compare the two versions and the rounds behind them, and roll back to version ${from.number} if the fall is real.`,
    page: `/#/tasks/${task}/compare/${from.number}/${newest.number}`,
    since,
  };
}

/** By how much `after` is worse, free of the last digits' rounding. */
function loss(before: number, after: number, { better }: FigureSettings): number {
  const difference = better === 'higher' ? before - after : after - before;
  return Number(difference.toPrecision(12));
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
