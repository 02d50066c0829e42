import type { InferenceState, InferenceVersion } from '@murmuration/api/inference';
import { iso } from '@murmuration/protocol/time/iso';
import type { OpenMonitor } from '@murmuration/serving/assembly/monitor';
import type { InferenceActivity, SpanSums } from '@murmuration/serving/monitor/activity';
import {
  type InferenceServer,
  type ModelState,
  unloadedReason,
} from '@murmuration/serving/server/inference-server';
import type { Resident } from '@murmuration/serving/server/residents';
import { refuseModel } from '@murmuration/serving/source/source';

/** Operators' view and control of the inference server in this process. */
export class InferenceWatch {
  readonly #server: InferenceServer;
  readonly #activity: InferenceActivity;
  readonly #monitor: Pick<OpenMonitor, 'watch' | 'live'> | undefined;

  /** `monitor` measures the quality of versions, if the configuration asks for that. */
  constructor(
    server: InferenceServer,
    activity: InferenceActivity,
    monitor?: Pick<OpenMonitor, 'watch' | 'live'>,
  ) {
    this.#server = server;
    this.#activity = activity;
    this.#monitor = monitor;
  }

  /** Returns the state of the server; minutes are those of one model, or of all. */
  async state(model?: string): Promise<InferenceState> {
    const { isReady, pending, used, budget, residents } = this.#server;
    this.#monitor?.watch.flush();
    const states = await this.#server.index();
    const names = [...new Set(states.map(({ name }) => name))];
    return {
      isReady,
      pending,
      memory: { used, budget },
      models: await Promise.all(
        names.map(name =>
          this.#model(
            name,
            states.filter(state => state.name === name),
            residents,
          ),
        ),
      ),
      minutes: this.#activity.minutes(model).map(shown),
      recent: this.#activity.recent.map(request => ({ ...request, at: iso(request.at) })),
    };
  }

  /** Throws `model.missing` if the model does not exist. */
  async requireModel(name: string): Promise<void> {
    const names = await this.#server.names();
    if (!names.includes(name)) refuseModel(name, names);
  }

  load(name: string): Promise<void> {
    return this.#server.load(name);
  }

  unload(name: string): Promise<void> {
    return this.#server.unload(name);
  }

  async #model(
    name: string,
    states: readonly ModelState[],
    residents: readonly Resident[],
  ): Promise<InferenceState['models'][number]> {
    const { aliases, standard } = await this.#server.listing(name);
    const versions = states.map(state => {
      const named = Object.entries(aliases).filter(([, version]) => version === state.version);
      const resident = residents.find(({ model }) => model.name === name && model.version === state.version);
      return this.#version(
        state,
        named.map(([alias]) => alias),
        resident,
      );
    });
    return { name, standard, versions };
  }

  #version(
    { name, version, state, reason }: ModelState,
    aliases: readonly string[],
    resident: Resident | undefined,
  ): InferenceVersion {
    const asked = resident?.statistics.lastAsked ?? 0;
    const isUnloaded = reason === unloadedReason;
    const isFailed = state !== 'READY' && !isUnloaded;
    return {
      version,
      aliases: [...aliases],
      state: isUnloaded ? 'unloaded' : isFailed ? 'failed' : resident ? 'loaded' : 'idle',
      reason: isFailed ? reason : null,
      bytes: resident?.loaded.bytes ?? null,
      engine: resident?.loaded.engine ?? null,
      askedAt: asked > 0 ? iso(asked) : null,
      ...this.#activity.of(name, version),
      feedback: this.#feedback(name, version),
    };
  }

  #feedback(name: string, version: string): InferenceVersion['feedback'] {
    const found = this.#monitor?.live?.of(name, version);
    if (!found || found.requests === 0) return null;
    const { outcomes, known, accuracy, rootMeanSquaredError: error } = found;
    return {
      error,
      outcomes,
      // Outcomes of windows that a restart has forgotten could push it above 1.
      known: Math.min(1, known ?? 0),
      accuracy: accuracy && { value: accuracy.value, low: accuracy.interval[0], high: accuracy.interval[1] },
    };
  }
}

function shown({ at, ...sums }: SpanSums): InferenceState['minutes'][number] {
  return { at: iso(at), ...sums };
}
