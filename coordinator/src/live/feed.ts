import type { IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { Cancel, Clock } from '@murmuration/protocol/ports';
import { Server as Engine } from 'engine.io';
import { Server, type Socket } from 'socket.io';
import type { CoordinatorEvents } from '../events.ts';
import type { Changed, LiveEvents } from '../http/messages/live.ts';
import type { OperatorDoor } from '../http/operator-door.ts';
import { endWithProblem } from '../http/problem.ts';
import { originOf, type TrustedProxies } from '../limits/address.ts';
import type { Limits } from '../limits/limits.ts';
import { Places } from '../limits/places.ts';
import type { Overviews } from '../monitor/overview.ts';
import { watchChanges } from './changes.ts';
import { Pulse } from './pulse.ts';

/** ms between two states that are sent. */
const interval = 200;
/** ms between two words of who is connected, which changes all the time where there are many devices. */
const connectionsInterval = 2_000;
/** ms after which it is looked at again whether those who watch still may: sessions and tokens expire, and other processes revoke tokens. */
const recheckEvery = 15_000;
/** A dashboard sends heartbeats alone. */
const longestMessage = 1_024;
/** Bytes that wait for one dashboard; it gets the newest state once it has read them. */
const mostUnread = 1 << 20;

export interface FeedPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly limits: Pick<Limits, 'dashboards' | 'dashboardsPerAddress'>;
  readonly trustedProxies: TrustedProxies;
  readonly door: OperatorDoor;
  readonly overviews: Overviews;
}

type DashboardSocket = Socket<Record<string, never>, LiveEvents>;

/**
 * Tells dashboards how everything stands: the whole state, at once when one connects and after each change, a few times a second at
 * most. It is made and serialised once for all of them. Operators' connections are none of the devices': they have bounds of their own.
 */
export class LiveFeed {
  readonly #ports: FeedPorts;
  readonly #engine: Engine;
  readonly #io: Server<Record<string, never>, LiveEvents>;
  readonly #places: Places;
  readonly #changed = new Map<string, Changed>();
  readonly #pulse: Pulse;
  readonly #connections: Pulse;
  #isStale = false;
  #cancelRecheck: Cancel = () => {};
  #isClosed = false;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    const { dashboards, dashboardsPerAddress } = ports.limits;
    this.#places = new Places(dashboards, dashboardsPerAddress);
    this.#engine = new Engine({
      transports: ['websocket'],
      allowUpgrades: false,
      maxHttpBufferSize: longestMessage,
      perMessageDeflate: false,
    });
    this.#io = new Server({ serveClient: false });
    this.#io.bind(this.#engine);
    this.#io.on('connection', socket => this.#welcome(socket as DashboardSocket));
    this.#pulse = new Pulse(ports.clock, interval, () => this.#send());
    const tell = (what: Changed) => {
      this.#changed.set(JSON.stringify(what), what);
      this.#schedule();
    };
    this.#connections = new Pulse(ports.clock, connectionsInterval, () =>
      tell({ subject: 'connections', task: null }),
    );
    watchChanges(
      ports.events,
      () => this.#moved(),
      tell,
      () => this.#connections.ask(),
    );
    ports.events.on('signed-out', () => this.recheck());
    ports.events.on('audited', ({ action }) =>
      action === 'operator-token.revoke' ? this.recheck() : undefined,
    );
    this.#recheckLater();
  }

  /** Lets a WebSocket in whose operator may look, and answers others with a problem document. */
  upgrade(request: IncomingMessage, socket: NetSocket, head: Buffer): void {
    socket.on('error', () => {});
    this.#admit(request, socket).then(
      () => this.#engine.handleUpgrade(request as never, socket, head),
      error => {
        const coded = error instanceof MurmurationError ? error : new MurmurationError('server.internal');
        if (coded === error) this.#ports.events.emit('refused', 'live feed', coded.code, coded.detail);
        else this.#ports.events.emit('fault', 'the live feed', error);
        endWithProblem(socket, coded, request.url);
      },
    );
  }

  /** Dashboards that watch. */
  get size(): number {
    return this.#io.of('/').sockets.size;
  }

  /** Closes all connections; the HTTP server is left to its owner. */
  close(): void {
    this.#isClosed = true;
    this.#pulse.close();
    this.#connections.close();
    this.#cancelRecheck();
    this.#io.disconnectSockets(true);
    this.#engine.close();
  }

  async #admit(request: IncomingMessage, socket: NetSocket): Promise<void> {
    if (this.#isClosed) throw new MurmurationError('server.stopping');
    const { searchParams } = new URL(request.url ?? '', 'http://dashboard');
    if (request.method !== 'GET' || searchParams.get('EIO') !== '4' || searchParams.has('sid'))
      throw new MurmurationError('request.invalid', 'The live feed is a WebSocket of socket.io.');
    const { operator } = await this.#ports.door.enter(request, true);
    if (!operator || socket.destroyed) throw new MurmurationError('operator.unauthenticated');
    const leave = this.#places.take(originOf(request, this.#ports.trustedProxies));
    if (!leave)
      throw new MurmurationError('server.busy', 'There are as many dashboards open as there may be.');
    socket.once('close', leave);
  }

  #welcome(socket: DashboardSocket): void {
    socket.use(() => socket.disconnect(true));
    socket.emit('overview', this.#ports.overviews.now());
  }

  #moved(): void {
    this.#isStale = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.size > 0) this.#pulse.ask();
    else this.#changed.clear();
  }

  #send(): void {
    const dashboards = this.#io.of('/');
    for (const what of this.#changed.values()) dashboards.emit('changed', what);
    this.#changed.clear();
    if (!this.#isStale) return;
    this.#isStale = false;
    const state = this.#ports.overviews.now();
    const slow = [...dashboards.sockets.values()].filter(isBehind).map(({ id }) => id);
    dashboards.except(slow).emit('overview', state);
    // They get a later one.
    if (slow.length > 0) this.#moved();
  }

  #recheckLater(): void {
    const { clock } = this.#ports;
    this.#cancelRecheck = clock.at(clock.now() + recheckEvery, () => {
      void this.recheck().finally(() => {
        if (!this.#isClosed) this.#recheckLater();
      });
    });
  }

  /** Ends the connections of those whose session or token counts no more. */
  async recheck(): Promise<void> {
    for (const socket of this.#io.of('/').sockets.values()) {
      try {
        await this.#ports.door.enter(socket.request, false);
      } catch {
        socket.emit('signed-out');
        socket.disconnect(true);
      }
    }
  }
}

function isBehind({ conn }: Socket): boolean {
  const { socket } = conn.request as IncomingMessage & { socket: NetSocket };
  return socket.writableLength > mostUnread;
}
