import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { trustProxies } from '@murmuration/rounds/limits/address';
import { createApp } from '../http/app.ts';
import { listen } from '../http/listen.ts';
import { healthRoutes, type Readiness } from '../http/routes/health.ts';
import type { Config } from './config.ts';

/**
 * Progress of a start: opening what it needs, standing by while another coordinator holds the storage, or
 * waiting for a storage that does not answer.
 */
type Before = 'starting' | 'standby' | 'waiting';

const details: Readonly<Record<Before, string>> = {
  starting: 'This coordinator starts.',
  standby: 'This coordinator stands by: another one has the storage, and takes the devices.',
  waiting: 'This coordinator waits: the database does not answer in time.',
};

/**
 * Health endpoint on a separate port, available from the start of the process. A standby process listens
 * nowhere else, so only this port tells one that waits from one that hangs.
 */
export class HealthPort {
  readonly url: string;
  readonly #close: () => Promise<void>;
  #state: Before | Readiness = 'starting';

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  /** Listens on `port` by plain HTTP. Throws `config.invalid` if the port is unavailable. */
  static async open(config: Config, port: number, clock: Clock): Promise<HealthPort> {
    const { limits, host } = config;
    const trustedProxies = trustProxies(config.trustedProxies);
    // Refusals here do not belong in the coordinator's log, so their events go nowhere.
    const app = await createApp({ events: new CoordinatorEvents(), clock, limits, trustedProxies, cors: [] });
    const current = (): Readiness => opened.#readiness();
    healthRoutes(app, {
      isOpen: () => current().isOpen(),
      tasks: () => current().tasks(),
      unreadable: () => current().unreadable(),
      silentSince: () => current().silentSince?.() ?? null,
    });
    const opened = new HealthPort(await listen(app, { host, port }, 'http'), () => app.close());
    return opened;
  }

  become(state: Before | Readiness): void {
    this.#state = state;
  }

  close(): Promise<void> {
    return this.#close();
  }

  #readiness(): Readiness {
    if (typeof this.#state !== 'string') return this.#state;
    throw new MurmurationError('server.unreachable', details[this.#state]);
  }
}
