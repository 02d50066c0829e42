import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { GateDecision } from '../registry/gate-decisions.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { RoundRecord } from '../round/record.ts';
import type { ExperimentChange } from './events.ts';
import type { ComparedWindow, LiveAccuracy } from './monitored.ts';

/**
 * Moments at which the coordinator acts on its own. The parts that act are called first, then watchers
 * receive the moment as an event. The caller waits for neither, and never receives their failures.
 */
export interface Moments {
  /** A version was stored, and is the newest of its task. */
  versionStored(version: ModelVersion): void;
  /** An alias of a version of the task was set, moved or removed. */
  aliasesChanged(task: TaskName): void;
  /** The gate of a task decided about a version, or its decision came into force. */
  gateDecided(decision: GateDecision): void;
  /** An experiment on the versions of a task began, went on to its next step, or ended. */
  experimentChanged(change: ExperimentChange): void;
  /** A round ended, and that is stored. */
  roundEnded(record: RoundRecord): void;
  /** A window of a version's inputs was compared with its reference; once per window. */
  inputsCompared(window: ComparedWindow): void;
  /** Live accuracy of a version was computed from all known outcomes; once per metric. */
  accuracyComputed(accuracy: LiveAccuracy): void;
  /** Devices were proved to have revealed or dealt wrong shares. */
  convicted(round: RoundId, devices: readonly DeviceId[], code: ErrorCode): void;
  /** The next round of a task could not begin; it will be tried again. */
  roundNotBegun(task: TaskName): void;
  /** Settings of a task were changed, or came into force. */
  settingsChanged(task: TaskName): void;
  /** An operator added a task, from this file of the tasks' folder. */
  taskAdded(task: TaskName, file: string): void;
}
