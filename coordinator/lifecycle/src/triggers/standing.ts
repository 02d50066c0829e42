import { keyOf, type Trigger, type TriggerKind } from '@murmuration/rounds/task/retrain/triggers';
import { comparedBy, type Observation, shown, type TriggerMemory } from './look.ts';

/** State of a trigger. */
export interface TriggerStanding {
  readonly kind: TriggerKind;
  /** Condition of its firing, as a sentence. */
  readonly text: string;
  /** Next time when it is due, ms since 1970; null if it doesn't depend on time. */
  readonly next: number | null;
  /** Reaction to its last observation, as a sentence; null if there was none since the start. */
  readonly heard: string | null;
}

/** Describes when a trigger fires, in a sentence without secrets. */
export function textOf(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'cron':
      return `At the times of "${trigger.pattern}" (${trigger.timezone}).`;
    case 'drift': {
      const { features, share } = trigger;
      const which = features?.join(', ') ?? 'all features';
      return share > 0
        ? `When at least ${shown(100 * share)} % of ${which} have drifted.`
        : `When one of ${which} has drifted.`;
    }
    case 'accuracy-below': {
      const { metric, better, value, atLeast } = trigger;
      return `When ${metric} in use is ${better === 'higher' ? 'below' : 'above'} ${value} by more than chance, with ${atLeast} outcomes or more.`;
    }
    case 'accuracy-fell': {
      const { metric, by, atLeast } = trigger;
      return `When ${metric} in use is worse than with the first ${atLeast} outcomes of a version, by more than ${by} and by more than chance.`;
    }
    case 'new-examples':
      return `When there are ${trigger.count} examples more than when the last run began.`;
    case 'webhook':
      return `When a program calls the webhook "${trigger.name}".`;
  }
}

/**
 * Describes a trigger's reaction to an observation, in a sentence; undefined if the observation doesn't
 * concern it. `memory` is the memory of triggers after it.
 */
export function heardBy(
  trigger: Trigger,
  memory: TriggerMemory,
  observation: Observation,
): string | undefined {
  switch (observation.type) {
    case 'time':
      return undefined;
    case 'drift': {
      if (trigger.kind !== 'drift') return undefined;
      const { version, features } = observation.window;
      const { compared, drifted } = comparedBy(trigger, features);
      return `${drifted.length} of ${compared.length} features of version ${version} had drifted in the newest window.`;
    }
    case 'accuracy': {
      if (trigger.kind !== 'accuracy-below' && trigger.kind !== 'accuracy-fell') return undefined;
      const { metric, version, value, lower, upper, outcomes } = observation.accuracy;
      if (metric !== trigger.metric) return undefined;
      const isEnough = outcomes >= trigger.atLeast;
      return `${metric} of version ${version} is ${shown(value)}, between ${shown(lower)} and ${shown(upper)}, by ${outcomes} outcomes${isEnough ? '' : `; ${trigger.atLeast} are needed`}.`;
    }
    case 'examples': {
      if (trigger.kind !== 'new-examples') return undefined;
      const remembered = memory[keyOf(trigger)];
      const base = remembered?.kind === 'new-examples' ? remembered.base : observation.total;
      return `There are ${observation.total - base} new examples.`;
    }
  }
}
