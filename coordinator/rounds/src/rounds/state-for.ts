import type { Fairness } from '@murmuration/protocol/messages/plan';
import { controlClipByDefault } from '@murmuration/protocol/secagg/assumptions';
import type { Head } from '../registry/ports.ts';
import type { AskedControl, Strategy, StrategyState } from '../strategy/strategy.ts';
import type { Task } from '../task/task.ts';

/**
 * Returns what the strategy remembers at the head; its first state if that is of another strategy or of
 * another number of values, since the task changed its private layers in between.
 */
export function stateFor(strategy: Strategy, { version, state }: Head, count: number): StrategyState {
  const first = strategy.init(count);
  const fits = Object.entries(first).every(([key, value]) => sizeOf(state[key]) === sizeOf(value));
  return version.strategy === strategy.name && fits ? state : first;
}

/**
 * Returns the fair weights in the plan of a round from the head; undefined if the task's strategy has none.
 */
export function fairnessFor(
  { strategy, training, update }: Task,
  head: Head,
  count: number,
): Fairness | undefined {
  if (strategy.consumes !== 'sum' || !strategy.fairness) return undefined;
  const { scale, ...asked } = strategy.fairness(stateFor(strategy, head, count));
  const unit = Math.min(1e6, scale / usualWeight(update));
  return { lipschitz: 1 / training.learningRate, ...asked, unit };
}

/**
 * Returns the weight of a device with the usual loss: as far from the smallest weight as from the largest, by
 * a factor.
 */
const usualWeight = ({ leastWeight = 1, weightCap }: Task['update']): number =>
  Math.sqrt(leastWeight * weightCap);

/** Returns the clip of a round from the head if the task's strategy adapts it; undefined otherwise. */
export function clipFor({ strategy, update }: Task, head: Head, count: number): number | undefined {
  if (strategy.consumes !== 'sum' || !strategy.clip) return undefined;
  return Math.min(update.clip, strategy.clip(stateFor(strategy, head, count)));
}

/**
 * Returns the control variate of a round from the head, and its description in the plan; undefined if the
 * task's strategy has none.
 */
export function controlFor(
  { strategy, training, update }: Task,
  head: Head,
  count: number,
): (Required<Omit<AskedControl, 'origin'>> & Pick<AskedControl, 'origin'>) | undefined {
  if (strategy.consumes !== 'sum') return undefined;
  const asked = strategy.control?.(stateFor(strategy, head, count));
  const { gradientClip, learningRate, epochs } = training;
  const clip = gradientClip ?? Math.min(controlClipByDefault, update.clip / (learningRate * epochs));
  return asked && { clip, ...asked };
}

/** Returns the number of values of a vector; 0 for a number, undefined for nothing. */
function sizeOf(value: number | Float32Array | undefined): number | undefined {
  if (value instanceof Float32Array) return value.length;
  return value === undefined ? undefined : 0;
}
