import type { Clock } from '@murmuration/protocol/time/clock';
import type { ActivityStore } from './activity.ts';
import type { Convictions } from './convictions.ts';
import type { Population } from './population.ts';

const aDay = 86_400_000;
/** Most kinds of clients in the result; the rarest are left out. */
const maxClientKinds = 100;

/** Statistics of all devices that ever enrolled. */
export class PopulationStatistics {
  readonly #population: Pick<Population, 'size' | 'revoked'>;
  readonly #activity: Pick<ActivityStore, 'summary'>;
  readonly #convictions: Pick<Convictions, 'count'>;
  readonly #clock: Clock;

  constructor(
    population: Pick<Population, 'size' | 'revoked'>,
    activity: Pick<ActivityStore, 'summary'>,
    convictions: Pick<Convictions, 'count'>,
    clock: Clock,
  ) {
    this.#population = population;
    this.#activity = activity;
    this.#convictions = convictions;
    this.#clock = clock;
  }

  /** Number of enrolled devices that are not revoked. */
  get enrolled(): number {
    return this.#population.size;
  }

  /** Counts devices from recorded activity, which is some seconds late. */
  async take() {
    const { seen, clients } = await this.#activity.summary(this.#clock.now() - aDay);
    const { size: enrolled, revoked } = this.#population;
    const convicted = await this.#convictions.count();
    return { enrolled, revoked, convicted, seenLastDay: seen, clients: clients.slice(0, maxClientKinds) };
  }
}
