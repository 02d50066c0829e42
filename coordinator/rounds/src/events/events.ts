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

/** Step of closing a round: removing the masks, making the next version, evaluating it, storing it. */
export type ClosingStep = 'unmasking' | 'aggregation' | 'evaluation' | 'commit';

/** State of an experiment. */
export interface ExperimentChange {
  readonly task: TaskName;
  readonly name: string;
  /** Outcome of the experiment, or `running`. */
  readonly outcome: string;
  readonly reason: string | null;
}

/**
 * Events for watchers (log, metrics, dashboard), which change nothing; `Moments` calls the parts that act.
 */
interface EventMap {
  /** A round changed its phase or its counts. */
  round: [state: SeenState];
  /** Cells reported new states of the parts of a task's round under way. */
  parts: [task: TaskName];
  /** Masks are being removed from the sum of a round; `done` is the share that is finished, from 0 to 1. */
  unmasking: [terms: RoundTerms, done: number];
  /** A step of closing a round took this time, ms. */
  'closing-step': [terms: RoundTerms, step: ClosingStep, ms: number];
  'round-ended': [record: RoundRecord];
  /** The deadlines of a round moved by this number of ms, because the clock was set back over a restart. */
  're-anchored': [terms: RoundTerms, by: number];
  /** The next round of a task could not begin; it will be tried again. */
  'not-begun': [task: TaskName];
  /**
   * A privacy budget of a task began. If devices add its noise, `moreNoise` is the ratio of that noise to
   * correlated noise by the coordinator at the same ε; else it is null.
   */
  budget: [task: TaskName, moreNoise: number | null];
  /** The storage could not be written for a while, or can be written again. */
  storage: [];
  /** A version in use of the task can't be read any more, or can be read again. */
  readability: [task: TaskName];
  version: [version: ModelVersion];
  enrolled: [device: DeviceId];
  connected: [device: DeviceId, platform: string, sdk: string];
  disconnected: [device: DeviceId];
  /**
   * This cell took over a task that no other cell has, or a part of its rounds, with this number of rounds
   * under way.
   */
  'taken-over': [task: TaskName, underWay: number, part?: number];
  /**
   * This cell no longer leads devices, because it lost touch with its leases or another cell has them; or it
   * leads again.
   */
  leads: [leads: boolean];
  'checked-in': [device: DeviceId, task: TaskName, decision: 'waiting' | 'later', isEligible: boolean];
  /** Devices were proved to have revealed or dealt wrong shares. */
  convicted: [round: RoundId, devices: readonly DeviceId[], code: ErrorCode];
  /** A masked sum of a round failed because of at least one of these devices, without a proof against any. */
  spoiled: [terms: RoundTerms, devices: readonly DeviceId[]];
  /** Operators paused or resumed a task. */
  steered: [task: TaskName];
  /** An operator added a task, from this file of the tasks' folder. */
  'task-added': [task: TaskName, file: string];
  /** An alias of a version of the task was set, moved or removed. */
  aliases: [task: TaskName];
  /** The gate of a task decided about a version, or its decision came into force. */
  gate: [decision: GateDecision];
  /** An experiment on the versions of a task began, went on to its next step, or ended. */
  experiment: [what: ExperimentChange];
  /** An experiment has new measurements; at most once in 2 s per experiment. */
  measured: [task: TaskName];
  /** Settings of a task were changed, or came into force. */
  settings: [task: TaskName];
  /** An alert began, or is over. */
  alert: [alert: Alert];
  /**
   * A webhook at this host was notified of an alert, or failed for the given reason and is not tried again.
   */
  notice: [host: string, failure: string | null];
  /** An inference request ended, or a model was loaded or unloaded. */
  inference: [];
  /** A window of a version's inputs was compared with its reference, drifted or not; once per window. */
  drift: [window: ComparedWindow];
  /** Live accuracy of a version was computed from all known outcomes; once per metric. */
  accuracy: [accuracy: LiveAccuracy];
  /** A trigger fired: it began a run, or the record says what prevented one. */
  triggered: [record: FiringRecord];
  /** A training run began, made another version or failed to, or ended. */
  'run-began': [run: TrainingRun];
  'run-changed': [run: TrainingRun];
  'run-ended': [run: TrainingRun];
  /** A run of a precompute job ended. */
  precomputed: [run: PrecomputedRun];
  /** An entry was added to the audit log, for an operator, a gate, a trigger or a rule. */
  audited: [entry: AuditEntry];
  /** A session of an operator ended before it expired. */
  'signed-out': [];
  /** A device gave up its part in a round or a training of a task; `reason` is from `countedReason`. */
  left: [task: TaskName, reason: string];
  /** A message, an upload or a request was refused; `round` is the round that it concerns, if known. */
  refused: [where: string, code: ErrorCode, detail: string, round?: RoundId];
  /** An internal error, in `round` if known; the coordinator continues. */
  fault: [where: string, error: unknown, round?: RoundId];
}

/** Most listeners of one event, far above the parts that listen; more are a leak. */
const mostListeners = 100;

/** Calls every listener: one that throws or rejects causes a `fault`, and doesn't stop the others. */
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
        // A failing listener of faults can't be reported as a fault.
        if (name !== 'fault') this.emit('fault', `a listener of ${name}`, error);
      });
    }
    return listeners.length > 0;
  }
}
