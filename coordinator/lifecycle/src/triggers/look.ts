import { shareAtAnyLook } from '@murmuration/monitoring/experiments/any-look';
import type { ComparedWindow, LiveAccuracy } from '@murmuration/rounds/events/monitored';
import type { Firing } from '@murmuration/rounds/events/training-run';
import { keyOf, type Trigger, type TriggerOf } from '@murmuration/rounds/task/retrain/triggers';
import { dueAfter } from '@murmuration/serving/precompute/job/schedule';

/** Observation for triggers. */
export type Observation =
  | { readonly type: 'time' }
  | { readonly type: 'drift'; readonly window: ComparedWindow }
  | { readonly type: 'accuracy'; readonly accuracy: LiveAccuracy }
  /** Number of examples available now. */
  | { readonly type: 'examples'; readonly total: number };

/** Memory of triggers, by their keys; plain JSON. */
export type TriggerMemory = Readonly<Record<string, Remembered>>;

type Remembered =
  /** Time of the last look at the pattern, ms since 1970. */
  | { readonly kind: 'cron'; readonly at: number }
  /**
   * First value of a version, and the worst end of its interval; `worst` is left out in states of earlier
   * builds.
   */
  | {
      readonly kind: 'accuracy-fell';
      readonly version: number;
      readonly value: number;
      readonly worst?: number;
    }
  /** Number of examples when a run last began, and when they were last counted. */
  | { readonly kind: 'new-examples'; readonly base: number; readonly total: number }
  /** Ids of accepted messages, with their times, ms since 1970. */
  | { readonly kind: 'webhook'; readonly calls: readonly (readonly [id: string, at: number])[] };

/** Reaction of a trigger to an observation. */
interface Look {
  readonly remembered?: Remembered;
  readonly fired?: Firing;
}

/**
 * Passes an observation to all triggers at the time `now`, ms since 1970; returns their new memory, and the
 * firings.
 */
export function look(
  triggers: readonly Trigger[],
  memory: TriggerMemory,
  observation: Observation,
  now: number,
): { readonly memory: TriggerMemory; readonly fired: readonly Firing[] } {
  let after = memory;
  const fired: Firing[] = [];
  for (const trigger of triggers) {
    const key = keyOf(trigger);
    const seen = lookOne(trigger, memory[key], observation, now);
    if (seen.remembered) after = { ...after, [key]: seen.remembered };
    if (seen.fired) fired.push(seen.fired);
  }
  return { memory: after, fired };
}

/** Time of the next look at triggers, ms since 1970; infinity if none depends on time. */
export function nextTime(triggers: readonly Trigger[], memory: TriggerMemory): number {
  const times = triggers.map(trigger => {
    const remembered = memory[keyOf(trigger)];
    if (trigger.kind !== 'cron' || remembered?.kind !== 'cron') return null;
    return dueAfter({ cron: trigger.pattern, timezone: trigger.timezone }, remembered.at);
  });
  return Math.min(...times.map(time => time ?? Number.POSITIVE_INFINITY));
}

/** Returns the memory after a run begins: present examples are no longer new. */
export function onceBegun(memory: TriggerMemory): TriggerMemory {
  return Object.fromEntries(
    Object.entries(memory).map(([key, each]) => [
      key,
      each.kind === 'new-examples' ? { ...each, base: each.total } : each,
    ]),
  );
}

/** Removes the memory of triggers that the task no longer has. */
export function withoutGone(triggers: readonly Trigger[], memory: TriggerMemory): TriggerMemory {
  const keys = new Set(triggers.map(keyOf));
  return Object.fromEntries(Object.entries(memory).filter(([key]) => keys.has(key)));
}

function lookOne(
  trigger: Trigger,
  remembered: Remembered | undefined,
  observation: Observation,
  now: number,
): Look {
  switch (observation.type) {
    case 'time':
      return trigger.kind === 'cron' ? lookAtTime(trigger, remembered, now) : {};
    case 'drift':
      return trigger.kind === 'drift' ? lookAtDrift(trigger, observation.window, now) : {};
    case 'examples':
      return trigger.kind === 'new-examples'
        ? lookAtExamples(trigger, remembered, observation.total, now)
        : {};
    case 'accuracy':
      if (trigger.kind === 'accuracy-below') return lookAtAccuracy(trigger, observation.accuracy, now);
      return trigger.kind === 'accuracy-fell'
        ? lookAtFall(trigger, remembered, observation.accuracy, now)
        : {};
  }
}

/** Fires once for all missed times. A new pattern doesn't fire for times before it. */
function lookAtTime(
  { pattern, timezone }: TriggerOf<'cron'>,
  remembered: Remembered | undefined,
  now: number,
): Look {
  if (remembered?.kind !== 'cron') return { remembered: { kind: 'cron', at: now } };
  const due = dueAfter({ cron: pattern, timezone }, remembered.at);
  if (due === null || due > now) return {};
  return {
    remembered: { kind: 'cron', at: now },
    fired: {
      trigger: 'cron',
      reason: `It was time by "${pattern}" (${timezone}).`,
      figures: { pattern, due },
      at: now,
    },
  };
}

/** Returns the features of a window that a trigger looks at, and those that have drifted. */
export function comparedBy(
  { features }: TriggerOf<'drift'>,
  all: ComparedWindow['features'],
): { readonly compared: ComparedWindow['features']; readonly drifted: ComparedWindow['features'] } {
  const compared = features ? all.filter(({ name }) => features.includes(name)) : all;
  return { compared, drifted: compared.filter(each => each.drifted) };
}

function lookAtDrift(
  trigger: TriggerOf<'drift'>,
  { features, version, window }: ComparedWindow,
  now: number,
): Look {
  const { compared, drifted } = comparedBy(trigger, features);
  const share = drifted.length / compared.length;
  if (drifted.length === 0 || share < trigger.share) return {};
  const named = drifted.slice(0, maxNamedFeatures).map(({ name }) => name);
  const others = drifted.length - named.length;
  return {
    fired: {
      trigger: 'drift',
      reason: `${drifted.length} of ${compared.length} features of version ${version} have drifted: ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}.`,
      figures: { version, share, drifted: drifted.length, compared: compared.length, ...window },
      at: now,
    },
  };
}

/** Most features named in a reason. */
const maxNamedFeatures = 5;

function lookAtAccuracy(
  { metric, value: line, better, atLeast }: TriggerOf<'accuracy-below'>,
  accuracy: LiveAccuracy,
  now: number,
): Look {
  const { version, value, outcomes } = accuracy;
  const best = bestOf(accuracy, better, atLeast);
  if (accuracy.metric !== metric || outcomes < atLeast || !isWorse(best, line, better)) return {};
  return {
    fired: {
      trigger: 'accuracy-below',
      reason: `${metric} of version ${version} is ${shown(value)}, and ${shown(best)} at best, by ${outcomes} outcomes; the line is ${shown(line)}.`,
      figures: { version, metric, value, lower: accuracy.lower, upper: accuracy.upper, line, outcomes },
      at: now,
    },
  };
}

function lookAtFall(
  { metric, by, better, atLeast }: TriggerOf<'accuracy-fell'>,
  remembered: Remembered | undefined,
  accuracy: LiveAccuracy,
  now: number,
): Look {
  const { version, value, outcomes } = accuracy;
  if (accuracy.metric !== metric || outcomes < atLeast) return {};
  const first = remembered?.kind === 'accuracy-fell' ? remembered : undefined;
  // Late outcomes of an older version say nothing about this one.
  if (first && version < first.version) return {};
  if (first?.version !== version) {
    const worst = better === 'higher' ? accuracy.lower : accuracy.upper;
    return { remembered: { kind: 'accuracy-fell', version, value, worst } };
  }
  // The first outcomes are few, so a lucky start must not count as a fall later.
  const { worst = first.value } = first;
  const line = better === 'higher' ? worst - by : worst + by;
  const best = bestOf(accuracy, better, atLeast);
  if (!isWorse(best, line, better)) return {};
  return {
    fired: {
      trigger: 'accuracy-fell',
      reason: `${metric} of version ${version} went from ${shown(first.value)}, or ${shown(worst)} at worst, to ${shown(value)}, and ${shown(best)} at best, by ${outcomes} outcomes; it may fall by ${shown(by)}.`,
      figures: {
        version,
        metric,
        value,
        lower: accuracy.lower,
        upper: accuracy.upper,
        first: first.value,
        outcomes,
      },
      at: now,
    },
  };
}

function lookAtExamples(
  { count }: TriggerOf<'new-examples'>,
  remembered: Remembered | undefined,
  total: number,
  now: number,
): Look {
  const before = remembered?.kind === 'new-examples' ? remembered : { base: total };
  // Examples may have been deleted.
  const base = Math.min(before.base, total);
  const seen = { remembered: { kind: 'new-examples', base, total } } as const;
  if (total - base < count) return seen;
  return {
    ...seen,
    fired: {
      trigger: 'new-examples',
      reason: `There are ${total - base} new examples; ${count} are enough.`,
      figures: { total, new: total - base, enough: count },
      at: now,
    },
  };
}

/** Two-sided α; a trigger uses one side, so false alarms have probability α/2. */
const twoSidedAlpha = 0.1;

/**
 * Returns the best value that a metric may have, valid at any look: the better end of the given interval or,
 * for shares, of an always-valid one, whichever is better.
 */
function bestOf(
  { value, lower, upper, outcomes }: LiveAccuracy,
  better: 'higher' | 'lower',
  atLeast: number,
): number {
  const [low, high] =
    value >= 0 && value <= 1
      ? shareAtAnyLook(value, outcomes, { alpha: twoSidedAlpha, tuning: 2 * atLeast })
      : [value, value];
  return better === 'higher' ? Math.max(upper, high) : Math.min(lower, low);
}

function isWorse(value: number, line: number, better: 'higher' | 'lower'): boolean {
  return better === 'higher' ? value < line : value > line;
}

/** Formats a figure for reasons. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
