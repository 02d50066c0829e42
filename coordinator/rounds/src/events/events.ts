import { EventEmitter } from 'node:events';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { GateDecision } from '../registry/gate-decisions.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundTerms, SeenState } from '../round/round.ts';
import type { Alert } from './alert.ts';
import type { ComparedWindow, LiveAccuracy } from './monitored.ts';
import type { PrecomputedRun } from './precomputed-run.ts';
import type { FiringRecord, TrainingRun } from './training-run.ts';

/** What closing a round takes: to take off the masks, to make the next version, to evaluate it, to store it. */
export type ClosingStep = 'unmasking' | 'aggregation' | 'evaluation' | 'commit';

/** How an experiment stands now. */
export interface ExperimentChange {
  readonly task: TaskName;
  readonly name: string;
  /** `running`, or how it ended. */
  readonly outcome: string;
  readonly reason: string | null;
}

/** Tells watchers (log, metrics, dashboard) what happens; they change nothing. `Moments` calls what acts. */
interface EventMap {
  /** A round changed, in its phase or in its counts. */
  round: [state: SeenState];
  /** Cells have said something else of the parts of a task's round under way. */
  parts: [task: TaskName];
  /** Masks come off the sum of a round; the share that is done, from 0 to 1. */
  unmasking: [terms: RoundTerms, done: number];
  /** A step in closing a round took so long, ms. */
  'closing-step': [terms: RoundTerms, step: ClosingStep, ms: number];
  'round-ended': [record: RoundRecord];
  /** The deadlines of a round moved by so many ms: the clock was set back over a restart. */
  're-anchored': [terms: RoundTerms, by: number];
  /** The next round of a task could not begin; it is tried again. */
  'not-begun': [task: TaskName];
  /**
   * A privacy budget of a task began. Where devices add its noise: how many times as much that is as correlated noise by the coordinator for the
   * same ε would be; else null.
   */
  budget: [task: TaskName, moreNoise: number | null];
  /** For a while the storage could not be written, or it can be again. */
  storage: [];
  /** A version in use of the task can't be read any more, or can be again. */
  readability: [task: TaskName];
  version: [version: ModelVersion];
  enrolled: [device: DeviceId];
  connected: [device: DeviceId, platform: string, sdk: string];
  disconnected: [device: DeviceId];
  /** This cell has taken a task that no other cell has, or a part of its rounds, with so many rounds under way. */
  'taken-over': [task: TaskName, underWay: number, part?: number];
  /** This cell leads devices no more, since it hears nothing of its leases or another cell has them; or it leads them again. */
  leads: [leads: boolean];
  'checked-in': [device: DeviceId, task: TaskName, decision: 'waiting' | 'later', isEligible: boolean];
  /** Devices were proved to have revealed or dealt wrong shares. */
  convicted: [round: RoundId, devices: readonly DeviceId[], code: ErrorCode];
  /** A masked sum of a round came to nothing by one at least of these devices, and nobody was proved to have done it. */
  spoiled: [terms: RoundTerms, devices: readonly DeviceId[]];
  /** Operators paused or resumed a task. */
  steered: [task: TaskName];
  /** An operator added a task, from this file of the tasks' folder. */
  'task-added': [task: TaskName, file: string];
  /** A name of a version of the task was given, moved or taken away. */
  aliases: [task: TaskName];
  /** The gate of a task decided about a version, or what it decided came into force. */
  gate: [decision: GateDecision];
  /** An experiment on the versions of a task began, went on to its next step, or ended. */
  experiment: [what: ExperimentChange];
  /** An experiment has measured more; at most once in 2 s of each. */
  measured: [task: TaskName];
  /** The settings of a task were changed, or have come into force. */
  settings: [task: TaskName];
  /** An alert began, or is over. */
  alert: [alert: Alert];
  /** A webhook at this host was told of an alert, or is told no more of it, for the reason given. */
  notice: [host: string, failure: string | null];
  /** An inference request ended, or a model was loaded or unloaded. */
  inference: [];
  /** A window of a version's inputs was compared with its reference, whether or not anything drifted; once for each window. */
  drift: [window: ComparedWindow];
  /** A version's live accuracy was computed anew, from all outcomes that are known; for each metric. */
  accuracy: [accuracy: LiveAccuracy];
  /** A trigger fired: a run began, or what kept it from beginning is recorded. */
  triggered: [record: FiringRecord];
  /** A training run began, made another version or failed to, or ended. */
  'run-began': [run: TrainingRun];
  'run-changed': [run: TrainingRun];
  'run-ended': [run: TrainingRun];
  /** A run of a precompute job is over. */
  precomputed: [run: PrecomputedRun];
  /** What an operator did, or a gate, a trigger or a rule by itself, is in the audit log. */
  audited: [entry: AuditEntry];
  /** A session of an operator ended before its time. */
  'signed-out': [];
  /** A device gave up its part in a round or a training of a task, by `countedReason`. */
  left: [task: TaskName, reason: string];
  /** A message, an upload or a request was refused; `round` is that which it concerns, where it is known. */
  refused: [where: string, code: ErrorCode, detail: string, round?: RoundId];
  /** Something of ours broke, in `round` where it is known; the coordinator goes on. */
  fault: [where: string, error: unknown, round?: RoundId];
}

/** Parts of a coordinator that listen for one event; more are a leak. */
const mostListeners = 100;

/** Calls every listener, whatever another one does: one that throws or rejects is a `fault`, and stops nothing. */
export class CoordinatorEvents extends EventEmitter<EventMap> {
  constructor() {
    super();
    this.setMaxListeners(mostListeners);
  }

  override emit<Name extends keyof EventMap>(name: Name, ...args: EventMap[Name]): boolean {
    const listeners = this.rawListeners(name) as ((...args: EventMap[Name]) => unknown)[];
    for (const listener of listeners) {
      const call = async () => listener.apply(this, args);
      call().catch(error => {
        // A listener of faults that fails itself has nobody left to tell.
        if (name !== 'fault') this.emit('fault', `a listener of ${name}`, error);
      });
    }
    return listeners.length > 0;
  }
}
