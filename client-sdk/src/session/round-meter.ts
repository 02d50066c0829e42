import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { Stopwatch } from '@murmuration/protocol/time/stopwatch';
import type { Trainer } from '../training/trainer.ts';
import type { Transport } from '../transport/transport.ts';
import type { Contribution } from '../update/prepare.ts';
import type { MaskedRound, UpdateProcessor } from '../update/update-processor.ts';
import { type EnergyModel, estimatedJoules, type RoundCosts } from './costs.ts';
import type { SessionPlatform } from './ports.ts';

type Carrier = Pick<Transport, 'request' | 'upload' | 'download'>;
type Costs = Pick<RoundCosts, 'bytes' | 'cpuSeconds' | 'cpuOf' | 'memory' | 'memoryOf' | 'estimatedJoules'>;

/** Errors of transfers that, as far as known, did not complete. */
const lost: readonly ErrorCode[] = ['server.unreachable', 'training.stopped'];

/** Counts what one round costs, by wrapping transport, trainer and update processor. */
export class RoundMeter {
  readonly #platform: Pick<SessionPlatform, 'clock' | 'usage'>;
  readonly #trainer: Trainer;
  readonly #bytes = { model: 0, update: 0, heard: 0, said: 0 };
  readonly #busy = new Stopwatch(() => this.#now());
  #memory = 0;
  /** Bytes of the round's arrays in memory: weights, delta, update. */
  #held = 0;

  constructor(platform: Pick<SessionPlatform, 'clock' | 'usage'>, trainer: Trainer) {
    this.#platform = platform;
    this.#trainer = trainer;
  }

  /** Adds the bytes of a message that came unasked. */
  hear(bytes: number): void {
    this.#bytes.heard += bytes;
  }

  transport(carrier: Carrier): Carrier {
    const bytes = this.#bytes;
    return {
      async request(event, frame) {
        const answer = await leaving(
          () => carrier.request(event, frame),
          () => (bytes.said += frame.length),
        );
        bytes.heard += answer.length;
        return answer;
      },
      upload: (path, rights, update, signal) =>
        leaving(
          () => carrier.upload(path, rights, update, signal),
          () => (bytes.update += update.length),
        ),
      async download(...args) {
        const file = await carrier.download(...args);
        bytes.model += file.length;
        return file;
      },
    };
  }

  trainer(): Trainer {
    const trainer = this.#trainer;
    return {
      ...(trainer.updateProcessor && { updateProcessor: this.processor(trainer.updateProcessor) }),
      close: () => trainer.close(),
      train: (model, ...args) =>
        this.#busy.during(async () => {
          this.#hold(model.weights.byteLength);
          const result = await trainer.train(model, ...args);
          this.#hold(result.delta.byteLength);
          return result;
        }),
    };
  }

  processor(processor: UpdateProcessor): UpdateProcessor {
    return {
      prepare: (contribution, assignment) =>
        this.#busy.during(async () => {
          const update = await processor.prepare(contribution, assignment);
          this.#hold(update.length);
          return update;
        }),
      draw: (...args) => processor.draw(...args),
      masked: async terms => this.#masked(await this.#busy.during(() => processor.masked(terms))),
    };
  }

  #masked(round: MaskedRound): MaskedRound {
    return {
      enter: saved => this.#busy.during(() => round.enter(saved)),
      hear: (event, message) => this.#busy.during(() => round.hear(event, message)),
      mask: (contribution: Contribution, assignment) =>
        this.#busy.during(async () => {
          const masked = await round.mask(contribution, assignment);
          this.#hold(masked.update.length);
          return masked;
        }),
      forget: () => round.forget(),
    };
  }

  costs(energy: EnergyModel): Costs {
    const bytes = { ...this.#bytes };
    const { usage } = this.#platform;
    return {
      bytes,
      cpuSeconds: this.#busy.sum,
      cpuOf: usage ? 'process' : this.#trainer.busy ? 'worker' : 'elapsed',
      memory: this.#memory,
      memoryOf: usage ? 'process' : 'arrays',
      estimatedJoules: estimatedJoules(bytes, this.#busy.sum, energy),
    };
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    this.#memory = Math.max(this.#memory, this.#platform.usage?.().memory ?? this.#held);
  }

  /** Seconds. */
  #now(): number {
    const { usage, clock } = this.#platform;
    return usage?.().cpuSeconds ?? this.#trainer.busy?.() ?? (clock.elapsed?.() ?? clock.now()) / 1_000;
  }
}

/** Sends and counts, unless the connection failed or the transfer was stopped; refused transfers count. */
async function leaving<Result>(send: () => Promise<Result>, count: () => void): Promise<Result> {
  try {
    const result = await send();
    count();
    return result;
  } catch (error) {
    const isCarried = error instanceof MurmurationError && !lost.includes(error.code);
    if (isCarried) count();
    throw error;
  }
}
