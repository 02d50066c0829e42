import { rowInput } from '@murmuration/engine/runtime/row-input';
import { refuseInput, type Tensor, type TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { type Converter, inThisThread } from '../conversion/converter.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ModelListing, ServedModel } from '../source/source.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { type ArrivalPace, Arrivals, standardPace } from './arrivals.ts';
import { BodyBudget, tooMany } from './body-budget.ts';
import { inputsInOrder, outputsWanted } from './check.ts';
import { codedOf } from './coded.ts';
import type { End, InferenceEvents } from './events.ts';
import { Mirror } from './mirror.ts';
import { PendingRequest, type SettledListener } from './pending-request.ts';
import type { InferRequest, InferResponse } from './request.ts';
import { type Resident, type ResidentPorts, Residents } from './residents.ts';
import { runRows } from './rows.ts';
import type { Batching, InferenceLimits, Preload } from './settings.ts';
import type { Signal } from './signal.ts';
import { Stalls } from './stalls.ts';
import type { ModelStatistics } from './statistics.ts';
import { Targets } from './targets.ts';
import { type Chosen, Variants } from './variants.ts';

/** Dependencies of an inference server, which closes the source and the runtimes. */
export interface InferencePorts extends Omit<ResidentPorts, 'events'> {
  /** Makes the runtime of mirrored versions; without it, none are mirrored. */
  readonly mirrorRuntime?: (() => Runtime) | undefined;
  readonly limits: InferenceLimits;
  /** Converter of requests and answers; by default this thread. */
  readonly converter?: Converter | undefined;
  /** Minimum speed of incoming bodies. */
  readonly pace?: ArrivalPace | undefined;
  readonly events?: InferenceEvents;
}

/** Public metadata of a version of a model. */
export interface VersionMetadata {
  readonly listing: ModelListing;
  readonly model: ServedModel;
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** State of a version. */
export interface ModelState {
  readonly name: string;
  readonly version: string;
  readonly state: 'READY' | 'UNAVAILABLE';
  /** Reason why it is not ready; empty if it is, or was never asked. */
  readonly reason: string;
}

/** Reason of a model that was unloaded on request. */
export const unloadedReason = 'unloaded';

/** Milliseconds after which a refused client may retry. */
const refusedRetryMs = 1_000;

/** Answers inference requests of all protocols; the doors only convert. */
export class InferenceServer {
  readonly limits: InferenceLimits;
  readonly batching: Batching;
  /** Budget of bodies for all doors. */
  readonly bodies: BodyBudget;
  /** Ends bodies that arrive too slowly. */
  readonly arrivals: Arrivals;
  /** Converter of requests and answers. */
  readonly converter: Converter;
  readonly #ports: InferencePorts;
  readonly #events: InferenceEvents;
  readonly #residents: Residents;
  readonly #targets: Targets;
  readonly #variants = new Variants();
  #mirror: Mirror | undefined;
  readonly #unloaded = new Set<string>();
  readonly #pendingOf = new Map<string, number>();
  /** Deadlines by the server's setting, and by the clients' own timeouts. */
  readonly #deadlines: Stalls;
  readonly #timeouts = new Map<PendingRequest, Cancel>();
  #pending = 0;
  #isDraining = false;
  #drained: (() => void)[] = [];

  constructor(ports: InferencePorts) {
    this.#ports = ports;
    this.limits = ports.limits;
    this.batching = ports.batching;
    const { clock, pace = standardPace } = ports;
    this.bodies = new BodyBudget(ports.limits.bodies, pace.patience, clock);
    this.arrivals = new Arrivals(clock, pace);
    this.converter = ports.converter ?? inThisThread;
    this.#deadlines = new Stalls(ports.clock, ports.limits.deadline);
    this.#events = ports.events ?? {};
    this.#residents = new Residents({ ...ports, events: this.#events });
    this.#targets = new Targets(ports.source, this.#residents, ports.clock, error =>
      this.#events.fault?.('following a model', error),
    );
  }

  /** True if it takes requests, and no lost model is being loaded again. */
  get isReady(): boolean {
    return !this.#isDraining && !this.#residents.isRecovering;
  }

  /** Throws `server.stopping` or `inference.unavailable` while it is not ready. */
  requireReady(): void {
    if (this.#isDraining) throw new MurmurationError('server.stopping');
    if (this.#residents.isRecovering)
      throw new MurmurationError('inference.unavailable', 'Models that were lost are being loaded again.', {
        after: refusedRetryMs,
      });
  }

  /** Number of unanswered requests. */
  get pending(): number {
    return this.#pending;
  }

  /** Models in memory. */
  get residents(): readonly Resident[] {
    return this.#residents.all;
  }

  /** Bytes of models in memory. */
  get used(): number {
    return this.#residents.used;
  }

  /** Maximum bytes of models in memory. */
  get budget(): number {
    return this.#ports.memory.budget;
  }

  /** Loads models ahead of requests. One that fails does not hold up the others; the index has the reason. */
  async preload(preload: Preload): Promise<void> {
    const names = preload === 'all' ? await this.names() : preload;
    for (const name of names)
      await this.#targets
        .find(name, undefined)
        .then(model => this.#residents.load(model))
        .catch(() => {});
  }

  /**
   * Answers a request. Throws `model.missing`, `inference.input`, `inference.unavailable`,
   * `prediction.too-many`, `prediction.timeout`, `server.stopping`, the reason of `signal` once that is
   * aborted, and errors of loading the model.
   */
  infer(request: InferRequest, signal?: Signal): Promise<InferResponse> {
    return new Promise((resolve, reject) => {
      const { turns } = this.#ports;
      const ends = { resolve, reject, settled: this.#settled };
      const pending = new PendingRequest(request, turns.now(), signal, ends);
      const refusal = this.#refusal(request);
      if (refusal) {
        pending.fail(refusal);
        return;
      }
      this.#begin(request.model);
      if (!pending.isOver) this.#limit(pending);
      // The request no longer counts when its caller gets the result.
      this.#answer(pending).then(
        response => {
          this.#end(request.model);
          pending.answer(response);
        },
        error => {
          this.#end(request.model);
          pending.fail(codedOf(error), error);
        },
      );
    });
  }

  async names(): Promise<readonly string[]> {
    return this.#ports.source.names();
  }

  /**
   * Returns metadata of a version, after loading it, since only then its inputs are known. Throws as `infer`.
   */
  async metadata(name: string, at?: string): Promise<VersionMetadata> {
    this.#requireLoaded(name);
    const model = await this.#targets.find(name, at);
    const { loaded, platform } = await this.#residents.load(model);
    const { inputs, outputs } = this.#ports.transformers(name) ?? loaded;
    const listing = await this.#ports.source.listing(name);
    return { listing, model, platform, inputs, outputs };
  }

  /** Returns true if a version answers requests, or would be loaded for one. Throws `model.missing`. */
  async isModelReady(name: string, at?: string): Promise<boolean> {
    const model = await this.#targets.find(name, at);
    return this.isReady && this.#stateOf(model).state === 'READY';
  }

  /** Returns the state of each model's standard version, and of other versions in memory. */
  async index(): Promise<readonly ModelState[]> {
    const states: ModelState[] = [];
    for (const name of await this.names()) {
      const models = new Map<string, ServedModel>();
      try {
        const standard = await this.#targets.find(name, undefined);
        models.set(standard.version, standard);
      } catch {
        // The model disappeared in between.
        continue;
      }
      for (const { model } of this.#residents.all) if (model.name === name) models.set(model.version, model);
      for (const model of models.values()) states.push(this.#stateOf(model));
    }
    return states;
  }

  /** Returns the state of each available version of a model, or of the one given. Throws `model.missing`. */
  async states(name: string, at?: string): Promise<readonly ModelState[]> {
    const { source } = this.#ports;
    const { versions } = await source.listing(name);
    const wanted = at === undefined ? versions : [at];
    return Promise.all(wanted.map(async each => this.#stateOf(await source.resolve(name, each))));
  }

  listing(name: string): Promise<ModelListing> {
    return this.#ports.source.listing(name);
  }

  /** Loads the standard version of a model, even if it was unloaded. Throws errors of loading. */
  async load(name: string): Promise<void> {
    const model = await this.#targets.find(name, undefined);
    this.#unloaded.delete(name);
    this.#residents.forgive(model.hash);
    await this.#residents.load(model);
  }

  /** Unloads all versions of a model once their requests are answered; more are refused until `load`. */
  async unload(name: string): Promise<void> {
    await this.#targets.find(name, undefined);
    this.#unloaded.add(name);
    const own = this.#residents.all.filter(({ model }) => model.name === name);
    await Promise.all(own.map(({ model }) => this.#residents.unload(model.hash)));
  }

  /** Returns the statistics of a version; all are 0 if it never was in memory. Throws `model.missing`. */
  async statistics(
    name: string,
    at?: string,
  ): Promise<{ readonly model: ServedModel; readonly statistics: ModelStatistics }> {
    const model = await this.#targets.find(name, at);
    return { model, statistics: this.#residents.statisticsOf(model.hash) };
  }

  /** Refuses more requests, and resolves when those under way are answered. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#pending > 0) await new Promise<void>(resolve => this.#drained.push(resolve));
  }

  /** Drains, unloads everything, and closes the source and the runtimes. */
  async close(): Promise<void> {
    await this.drain();
    this.#deadlines.close();
    this.arrivals.close();
    await this.converter.close();
    this.#targets.close();
    await this.#mirror?.close();
    await this.#residents.close();
    await this.#ports.source.close();
    for (const runtime of this.#ports.runtimes) await runtime.close();
  }

  #refusal({ model }: InferRequest): MurmurationError | undefined {
    const { limits } = this.#ports;
    if (this.#isDraining) return new MurmurationError('server.stopping');
    const own = this.#pendingOf.get(model) ?? 0;
    if (this.#pending >= limits.pending)
      return tooMany(`there are ${limits.pending} of all models (inference.pending)`, refusedRetryMs);
    if (own >= limits.pendingPerModel)
      return tooMany(
        `there are ${limits.pendingPerModel} of this model (256, or a quarter of inference.pending)`,
        refusedRetryMs,
      );
    return undefined;
  }

  #begin(model: string): void {
    this.#pending += 1;
    this.#pendingOf.set(model, (this.#pendingOf.get(model) ?? 0) + 1);
  }

  #end(model: string): void {
    this.#pending -= 1;
    const own = (this.#pendingOf.get(model) ?? 1) - 1;
    if (own > 0) this.#pendingOf.set(model, own);
    else this.#pendingOf.delete(model);
    if (this.#pending === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Starts the deadline of a request. */
  #limit(pending: PendingRequest): void {
    const { clock, limits } = this.#ports;
    const { timeout = Number.POSITIVE_INFINITY } = pending.request;
    if (timeout >= limits.deadline)
      pending.stall = this.#deadlines.begin(() => pending.fail(late(limits.deadline)));
    else
      this.#timeouts.set(
        pending,
        clock.at(clock.now() + timeout, () => pending.leave(late(timeout))),
      );
  }

  readonly #settled: SettledListener = (pending, error, response) => {
    if (pending.stall) this.#deadlines.over(pending.stall);
    if (this.#timeouts.size > 0) {
      this.#timeouts.get(pending)?.();
      this.#timeouts.delete(pending);
    }
    const { request, began, resident, variant, waited: queueMs } = pending;
    const { model, protocol } = request;
    const version = resident?.model.version ?? '';
    const ms = this.#ports.turns.now() - began;
    const end = endOf(pending, error);
    this.#events.answered?.({
      model,
      version,
      protocol,
      error,
      end,
      ms,
      queueMs,
      request,
      response,
      variant,
    });
  };

  /** Answers a request, with a second try if the model's runtime ended because of another request. */
  #answer(pending: PendingRequest): Promise<InferResponse> {
    return this.#answerOnce(pending).catch(error => {
      const isGone = error instanceof MurmurationError && error.code === 'inference.unavailable';
      if (!isGone || pending.isOver || !pending.resident) throw error;
      this.#residents.lost(pending.resident);
      return this.#answerOnce(pending);
    });
  }

  async #answerOnce(pending: PendingRequest): Promise<InferResponse> {
    const { model: name, inputs, row, outputs } = pending.request;
    this.#requireLoaded(name);
    const { turns, clock } = this.#ports;
    const chosen = this.#variants.of(pending.request, this.#ports.source.experiments?.(name));
    const resident = this.#ready(pending, chosen) ?? (await this.#leaseChosen(pending, chosen));
    const { model, loaded, batcher, statistics } = resident;
    pending.resident = resident;
    statistics.lastAsked = clock.now();
    const began = turns.now();
    try {
      const transformer = row ? undefined : this.#transformerFor(name, inputs);
      const specs = transformer ?? loaded;
      const asked = row ? [] : inputsInOrder(name, specs.inputs, inputs);
      const wanted = outputsWanted(name, specs.outputs, outputs);
      const run = row
        ? rowInput(loaded, row)
        : transformer
          ? transformed(transformer, asked)
          : { inputs: asked };
      const ran = await runRows(batcher, loaded, { ...run, logits: row !== undefined, asker: pending });
      pending.waited = ran.waited;
      statistics.queue.add(ran.waited);
      const answered = transformer ? transformer.output(ran.outputs, asked) : ran.outputs;
      statistics.success.add(turns.now() - began);
      statistics.rows += asked[0]?.shape[0] ?? 1;
      if (chosen.shadow) this.#shadow(chosen.shadow, name, inputs, answered);
      return {
        model: name,
        version: model.version,
        hash: model.hash,
        outputs: wanted ? wanted.map(index => answered[index] as Tensor) : answered,
        variant: pending.variant,
      };
    } catch (error) {
      statistics.failure.add(turns.now() - began);
      throw error;
    } finally {
      this.#residents.release(resident);
    }
  }

  /**
   * Returns the resident for a request without an experiment, if it is in memory: the common case, without
   * waiting a turn.
   */
  #ready({ request }: PendingRequest, { variant }: Chosen): Resident | undefined {
    const model = variant ? undefined : this.#targets.known(request.model, request.version);
    return model && this.#residents.isReady(model.hash) ? this.#residents.take(model.hash) : undefined;
  }

  /**
   * Leases the chosen version. If a version of an experiment can't be loaded, the standard one answers, as if
   * there were no experiment.
   */
  async #leaseChosen(pending: PendingRequest, chosen: Chosen): Promise<Resident> {
    const { model: name, version: at } = pending.request;
    if (!chosen.variant) return this.#lease(name, at);
    try {
      const resident = await this.#lease(name, chosen.version);
      pending.variant = chosen.variant;
      return resident;
    } catch (error) {
      this.#events.fault?.('a version of an experiment', error);
      this.#events.unserved?.(chosen.variant);
      return this.#lease(name, at);
    }
  }

  #shadow(
    { version, ...variant }: NonNullable<Chosen['shadow']>,
    model: string,
    inputs: readonly Tensor[],
    answered: readonly Tensor[],
  ): void {
    const { mirrorRuntime, source, transformers, turns } = this.#ports;
    if (!mirrorRuntime || this.#isDraining) return;
    this.#mirror ??= new Mirror({
      source,
      runtime: mirrorRuntime(),
      transformers,
      turns,
      done: shadowed => this.#events.shadowed?.(shadowed),
      dropped: dropped => this.#events.unmirrored?.(dropped),
      fault: (where, error) => this.#events.fault?.(where, error),
    });
    this.#mirror.take({ model, version, variant, inputs, answered });
  }

  async #lease(name: string, at: string | undefined): Promise<Resident> {
    for (let tried = 0; ; tried++) {
      const model = this.#targets.known(name, at) ?? (await this.#targets.find(name, at));
      const resident = this.#residents.take(model.hash, tried > 0);
      if (resident) return resident;
      await this.#residents.load(model);
      // Since the load it may have been unloaded again, or the name may mean another version.
    }
  }

  /** Returns the transformer of a model, unless the request has the model's own tensors. */
  #transformerFor(name: string, inputs: readonly Tensor[]): Transformer | undefined {
    const transformer = this.#ports.transformers(name);
    const [first] = inputs;
    if (!transformer || !first) return transformer;
    return transformer.inputs.some(spec => spec.name === first.name) ? transformer : undefined;
  }

  #requireLoaded(name: string): void {
    if (this.#unloaded.has(name))
      throw new MurmurationError(
        'inference.unavailable',
        `The model ${name} was unloaded; POST /v2/repository/models/${name}/load loads it again.`,
      );
  }

  #stateOf({ name, version, hash }: ServedModel): ModelState {
    const reason = this.#unloaded.has(name) ? unloadedReason : (this.#residents.failure(hash) ?? '');
    return { name, version, state: reason === '' ? 'READY' : 'UNAVAILABLE', reason };
  }
}

function transformed(transformer: Transformer, asked: readonly Tensor[]) {
  try {
    return transformer.input(asked);
  } catch (error) {
    if (error instanceof RangeError) refuseInput(error.message);
    throw error;
  }
}

function late(ms: number): MurmurationError {
  return new MurmurationError('prediction.timeout', `The request was not answered within ${ms} ms.`);
}

function endOf({ isLeft }: PendingRequest, error: MurmurationError | null): End {
  if (error === null) return 'answered';
  if (isLeft) return 'left';
  return httpStatusOf(error) >= 500 && error.code !== 'prediction.too-many' ? 'failed' : 'refused';
}
