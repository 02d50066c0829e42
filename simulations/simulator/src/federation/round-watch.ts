import type { TrainingResult } from '@murmuration/engine/training/trainer';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { PhaseFigures, RoundEnded, RoundPhase } from '../run-events/run-event.ts';

type Figures = { -readonly [Name in keyof PhaseFigures]: PhaseFigures[Name] };

/** Records, for each round, the duration, traffic and lost devices of each phase. */
export class RoundWatch {
  readonly #clock: Clock;
  /** Returns the wall time in ms. */
  readonly #wall: () => number;
  #phase: RoundPhase = 'gathering';
  #since: number;
  #wallSince: number;
  #lost = 0;
  #phases: Partial<Record<RoundPhase, Figures>> = {};
  /** Training results of this round by client. */
  readonly #trained = new Map<number, Pick<TrainingResult, 'examples' | 'metrics'>>();
  #contributors: readonly number[] = [];
  readonly #clientOf: (device: DeviceId) => number | undefined;

  constructor(
    events: CoordinatorEvents,
    clock: Clock,
    wall: () => number,
    clientOf: (device: DeviceId) => number | undefined,
  ) {
    this.#clientOf = clientOf;
    this.#clock = clock;
    this.#wall = wall;
    this.#since = clock.now();
    this.#wallSince = wall();
    events.on('round', state => this.#changed(state));
  }

  /** Adds bytes that pass between a device and the coordinator. */
  passed(bytes: number, way: 'up' | 'down'): void {
    this.#of(this.#phase)[way] += bytes;
  }

  /** Records that a client has trained in this round. */
  trained(client: number, { examples, metrics }: Pick<TrainingResult, 'examples' | 'metrics'>): void {
    this.#trained.set(client, { examples, metrics });
  }

  /** Returns the event of a round that has ended, and starts over for the next one. */
  ended(record: RoundRecord): RoundEnded {
    const { number, startedAt, endedAt, outcome, failure, tally, metrics } = record;
    this.#leave();
    const sum = tally.late + tally.lost;
    this.#of(this.#phase).lost += Math.max(0, sum - this.#lost);
    const wall = this.#wall();
    const event: RoundEnded = {
      type: 'round-ended',
      number,
      startedAt,
      endedAt,
      wallSeconds: Math.max(0, wall - this.#wallSince) / 1_000,
      outcome,
      failure,
      tally,
      phases: this.#phases,
      metrics,
      training: this.#columns(),
    };
    this.#wallSince = wall;
    this.#phase = 'gathering';
    this.#lost = 0;
    this.#phases = {};
    this.#trained.clear();
    this.#contributors = [];
    return event;
  }

  #changed(state: SeenState): void {
    if (state.phase === 'published' || state.phase === 'failed' || state.phase === this.#phase) return;
    this.#leave();
    if ('contributors' in state)
      this.#contributors = state.contributors.flatMap(({ device }) => this.#clientOf(device) ?? []);
    const gone =
      'earlier' in state
        ? state.earlier.late + state.earlier.lost
        : 'tally' in state
          ? state.tally.late + state.tally.lost
          : 0;
    this.#of(this.#phase).lost += Math.max(0, gone - this.#lost);
    this.#lost = Math.max(this.#lost, gone);
    this.#phase = state.phase;
  }

  #leave(): void {
    const now = this.#clock.now();
    this.#of(this.#phase).ms += now - this.#since;
    this.#since = now;
  }

  #of(phase: RoundPhase): Figures {
    this.#phases[phase] ??= { ms: 0, up: 0, down: 0, lost: 0 };
    return this.#phases[phase];
  }

  /** Returns the contributors' training metrics by client. */
  #columns(): RoundEnded['training'] {
    const client = this.#contributors.filter(each => this.#trained.has(each)).sort((a, b) => a - b);
    const [first] = client;
    if (first === undefined) return null;
    const each = client.map(number => this.#trained.get(number)!);
    const names = Object.keys(this.#trained.get(first)!.metrics);
    return {
      client,
      metrics: {
        examples: each.map(({ examples }) => examples),
        ...Object.fromEntries(names.map(name => [name, each.map(({ metrics }) => metrics[name] ?? null)])),
      },
    };
  }
}
