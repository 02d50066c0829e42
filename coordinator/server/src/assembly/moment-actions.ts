import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import type { Gates } from '@murmuration/lifecycle/gates/gates';
import type { PromotionWatcher } from '@murmuration/lifecycle/gates/promotion-watcher';
import type { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents, ExperimentChange } from '@murmuration/rounds/events/events';
import type { Moments } from '@murmuration/rounds/events/moments';
import type { ComparedWindow, LiveAccuracy } from '@murmuration/rounds/events/monitored';
import type { Convictions } from '@murmuration/rounds/population/convictions';
import type { Readability } from '@murmuration/rounds/promotion/readability';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { DeviceDrift } from '@murmuration/rounds/queries/device-drift';
import type { GateDecision } from '@murmuration/rounds/registry/gate-decisions';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RegistryModels } from '../inference/registry-models.ts';

/** Parts that act at moments. */
interface Acting {
  readonly versionAliases: Pick<VersionAliases, 'versionStored'>;
  readonly readability: Pick<Readability, 'versionStored' | 'look'>;
  /** Deletes a task's versions that nothing needs. */
  readonly retention: { apply(task: TaskName): Promise<void> };
  readonly runs: Pick<RunControl, 'inputsCompared' | 'accuracyComputed'>;
  readonly experiments: Pick<Experiments, 'aliasesChanged'> & {
    readonly devices: Pick<Experiments['devices'], 'roundEnded'>;
  };
  /** Tells devices which versions they serve. */
  readonly devices: { announce(task: TaskName): void; experimentChanged(task: TaskName): void };
  readonly watcher: Pick<PromotionWatcher, 'aliasesChanged' | 'gateDecided' | 'roundEnded'>;
  readonly gates: Pick<Gates, 'versionStored' | 'aliasesChanged' | 'experimentChanged' | 'roundEnded'>;
  readonly outcomes: { tell(record: RoundRecord): Promise<void> };
  readonly deviceDrift: Pick<DeviceDrift, 'roundEnded'>;
  readonly models: Pick<RegistryModels, 'changed'>;
  readonly convictions: Pick<Convictions, 'convicted'>;
  /** Bounds the frames that devices may send. */
  readonly frames: { bound(): void };
}

/**
 * Runs the actions of each moment of a model's life in a fixed order. Each action begins once the previous
 * one has begun, and none waits for another's end; a failing one becomes a `fault` with its own name. Parts
 * that have not joined are skipped.
 */
export class MomentActions implements Moments {
  readonly #events: CoordinatorEvents;
  #acting: Partial<Acting> = {};

  constructor(events: CoordinatorEvents) {
    this.#events = events;
  }

  /** Adds parts; each acts in its place in the order. */
  join(acting: Partial<Acting>): void {
    this.#acting = { ...this.#acting, ...acting };
  }

  versionStored(version: ModelVersion): void {
    const { versionAliases, readability, gates, models } = this.#acting;
    const { task, number } = version;
    const of = `version ${number} of ${task}`;
    // Must come first: all others ask which versions are in use.
    this.#act(`putting ${of} to use`, () => versionAliases?.versionStored(version));
    this.#act(`reading ${of}`, () => readability?.versionStored(version));
    this.#act(`judging ${of}`, () => gates?.versionStored(version));
    this.#act(`serving ${of}`, () => models?.changed(task));
    this.#events.emit('version', version);
  }

  aliasesChanged(task: TaskName): void {
    const { readability, experiments, devices, watcher, gates, models } = this.#acting;
    this.#act(`reading versions of ${task}`, () => readability?.look(task));
    this.#act(`ending experiments on ${task}`, () => experiments?.aliasesChanged(task));
    this.#act(`announcing the version of ${task}`, () => devices?.announce(task));
    this.#act(`watching the version of ${task}`, () => watcher?.aliasesChanged(task));
    this.#act(`judging versions of ${task}`, () => gates?.aliasesChanged(task));
    this.#act(`serving versions of ${task}`, () => models?.changed(task));
    this.#events.emit('aliases', task);
  }

  gateDecided(decision: GateDecision): void {
    const { watcher } = this.#acting;
    const { task, number } = decision;
    this.#act(`watching version ${number} of ${task}`, () => watcher?.gateDecided(decision));
    this.#events.emit('gate', decision);
  }

  experimentChanged(change: ExperimentChange): void {
    const { devices, gates } = this.#acting;
    const { task, name } = change;
    this.#act(`announcing the experiment ${name} on ${task}`, () => devices?.experimentChanged(task));
    this.#act(`judging by the experiment ${name} on ${task}`, () => gates?.experimentChanged(change));
    this.#events.emit('experiment', change);
  }

  roundEnded(record: RoundRecord): void {
    const { retention, experiments, watcher, gates, outcomes, deviceDrift } = this.#acting;
    const { task, number } = record;
    const of = `round ${number} of ${task}`;
    this.#act(`deleting old versions after ${of}`, () => retention?.apply(task));
    this.#act(`counting arms in ${of}`, () => experiments?.devices.roundEnded(record));
    this.#act(`reading verdicts of ${of}`, () => watcher?.roundEnded(record));
    this.#act(`judging by ${of}`, () => gates?.roundEnded(record));
    this.#act(`telling outcomes of ${of}`, () => outcomes?.tell(record));
    this.#act(`comparing answers of ${of}`, () => deviceDrift?.roundEnded(record));
    this.#events.emit('round-ended', record);
  }

  roundNotBegun(task: TaskName): void {
    const { readability } = this.#acting;
    this.#act(`reading versions of ${task}`, () => readability?.look(task));
    this.#events.emit('not-begun', task);
  }

  inputsCompared(window: ComparedWindow): void {
    const { runs } = this.#acting;
    this.#act(`training ${window.task} by its drift`, () => runs?.inputsCompared(window));
    this.#events.emit('drift', window);
  }

  accuracyComputed(accuracy: LiveAccuracy): void {
    const { runs } = this.#acting;
    this.#act(`training ${accuracy.task} by its accuracy`, () => runs?.accuracyComputed(accuracy));
    this.#events.emit('accuracy', accuracy);
  }

  convicted(round: RoundId, devices: readonly DeviceId[], code: ErrorCode): void {
    const { convictions } = this.#acting;
    this.#act(`convicting devices of round ${round}`, () => convictions?.convicted(round, devices, code));
    this.#events.emit('convicted', round, devices, code);
  }

  settingsChanged(task: TaskName): void {
    const { frames } = this.#acting;
    this.#act(`bounding frames by settings of ${task}`, () => frames?.bound());
    this.#events.emit('settings', task);
  }

  taskAdded(task: TaskName, file: string): void {
    const { frames } = this.#acting;
    this.#act(`bounding frames of ${task}`, () => frames?.bound());
    this.#events.emit('task-added', task, file);
  }

  #act(what: string, act: () => unknown): void {
    const call = async () => act();
    call().catch(error => this.#events.emit('fault', what, error));
  }
}
