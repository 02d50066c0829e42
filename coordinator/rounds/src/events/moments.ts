import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { GateDecision } from '../registry/gate-decisions.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { RoundRecord } from '../round/record.ts';
import type { ExperimentChange } from './events.ts';
import type { ComparedWindow, LiveAccuracy } from './monitored.ts';

/**
 * The moments at which a coordinator acts by itself. What acts is called, then watchers hear of the moment
 * as an event. Its cause waits for neither, and meets no failure of theirs.
 */
export interface Moments {
  /** A version is stored: it is the newest of its task. */
  versionStored(version: ModelVersion): void;
  /** A name of a version of the task was given, moved or taken away. */
  aliasesChanged(task: TaskName): void;
  /** The gate of a task decided about a version, or what it decided came into force. */
  gateDecided(decision: GateDecision): void;
  /** An experiment on the versions of a task began, went on to its next step, or ended. */
  experimentChanged(change: ExperimentChange): void;
  /** A round is over, and that is stored. */
  roundEnded(record: RoundRecord): void;
  /** A window of a version's inputs was compared with its reference; once for each window. */
  inputsCompared(window: ComparedWindow): void;
  /** A version's live accuracy was computed again, from all outcomes that are known; for each metric. */
  accuracyComputed(accuracy: LiveAccuracy): void;
  /** Devices were proved to have revealed or dealt wrong shares. */
  convicted(round: RoundId, devices: readonly DeviceId[], code: ErrorCode): void;
  /** The next round of a task could not begin; it is tried again. */
  roundNotBegun(task: TaskName): void;
  /** The settings of a task were changed, or have come into force. */
  settingsChanged(task: TaskName): void;
  /** An operator added a task, from this file of the tasks' folder. */
  taskAdded(task: TaskName, file: string): void;
}
