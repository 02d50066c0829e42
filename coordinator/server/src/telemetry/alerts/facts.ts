import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { DriftTrend } from './data-drifted.ts';
import type { FigureTrend } from './figure-fell.ts';
import type { NamedDevice, RoundEnds } from './many-failures.ts';
import type { Failures } from './rounds-failing.ts';

/** Facts about a task that rules look at. */
export interface TaskFacts {
  readonly task: TaskName;
  readonly isPaused: boolean;
  /** Milliseconds between the starts of rounds. */
  readonly interval: number;
  /** Failures since the task was last paused. */
  readonly failures: Failures | null;
  readonly outcomes: RoundEnds;
  /** Devices that failed sums have in common, and devices for which rounds repeatedly wait. */
  readonly shared: readonly NamedDevice[];
  readonly slow: readonly NamedDevice[];
  /** Trends in the order of the figures in the settings. */
  readonly figures: readonly FigureTrend[];
  /**
   * Trends of requests to the versions, and of devices' answers to each query; only those with a compared
   * window.
   */
  readonly drifts: readonly DriftTrend[];
  /** Version that the next round trains from. */
  readonly base: ModelHash;
  /** Time when an eligible device was last connected, or since when one is awaited, in ms since 1970. */
  readonly eligibleAt: number;
  /** Number of connected devices of all tasks. */
  readonly connected: number;
  readonly enrolled: number;
}
