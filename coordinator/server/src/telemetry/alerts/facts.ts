import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { DriftTrend } from './data-drifted.ts';
import type { FigureTrend } from './figure-fell.ts';
import type { NamedDevice, Outcomes } from './many-failures.ts';
import type { Failures } from './rounds-failing.ts';

/** What is known of a task. */
export interface TaskFacts {
  readonly task: TaskName;
  readonly isPaused: boolean;
  /** ms between the beginnings of rounds. */
  readonly interval: number;
  /** Since the task was paused last. */
  readonly failures: Failures | null;
  readonly outcomes: Outcomes;
  /** Devices that failed sums have in common, and for which rounds wait again and again. */
  readonly shared: readonly NamedDevice[];
  readonly slow: readonly NamedDevice[];
  /** By the place of the figure in the settings. */
  readonly figures: readonly FigureTrend[];
  /** Of what its versions are asked, and of what devices answer to each query; those of which a window was compared. */
  readonly drifts: readonly DriftTrend[];
  /** From which the next round trains. */
  readonly base: ModelHash;
  /** When a device that could take part was last there, or since when one is waited for, ms since 1970. */
  readonly eligibleAt: number;
  /** Devices of all tasks. */
  readonly connected: number;
  readonly enrolled: number;
}
