import type { IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Changed, LiveEvents } from '@murmuration/api/live';
import { includes, type Role } from '@murmuration/api/role';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { originOf, type TrustedProxies } from '@murmuration/rounds/limits/address';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Quota } from '@murmuration/serving/limits/quota';
import { Server, type Socket } from 'socket.io';
import type { OperatorAuthenticator } from '../http/operator-authenticator.ts';
import { endWithProblem } from '../http/problem.ts';
import { WebSockets } from '../socket/web-sockets.ts';
import type { Overviews } from '../telemetry/overview.ts';
import type { RecentLog } from '../telemetry/recent-log.ts';
import { watchChanges } from './changes.ts';
import { Throttle } from './throttle.ts';

/** Minimum milliseconds between two states. */
const minStateGapMs = 200;
/**
 * Minimum milliseconds between two updates about frequent changes: connected devices, if there are many, and
 * inference.
 */
const frequentInterval = 2_000;
/**
 * Milliseconds between checks of the watchers' permissions: sessions and tokens expire, and other processes
 * revoke tokens.
 */
const recheckEvery = 1_000;
/** Maximum length of a message in bytes; a dashboard sends only heartbeats. */
const longestMessage = 1_024;
/** Rate limit of a dashboard's messages, which is ample for heartbeats; pings count as messages. */
const messages = { burst: 16, perSecond: 1 };
/** Maximum unread bytes of one dashboard; it gets the newest state once it has read them. */
const mostUnread = 1 << 20;
/** Room of the sockets that get log lines. */
const logRoom = 'log';

export interface FeedPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly limits: Pick<Limits, 'dashboards' | 'dashboardsPerAddress' | 'handshake' | 'outgoing'>;
  readonly trustedProxies: TrustedProxies;
  readonly authenticator: OperatorAuthenticator;
  readonly overviews: Overviews;
  readonly recentLog: RecentLog;
}

type DashboardSocket = Socket<Record<string, never>, LiveEvents>;

/**
 * Feed of the overall state to dashboards: sent at once on connection and after each change, at most a few
 * times a second. A state is built and serialised once for all of them. These connections are separate from
 * those of devices, and have limits of their own.
 */
export class LiveFeed {
  readonly #ports: FeedPorts;
  readonly #webSockets: WebSockets;
  readonly #io: Server<Record<string, never>, LiveEvents>;
  readonly #places: Quota;
  readonly #changed = new Map<string, Changed>();
  readonly #pulse: Throttle;
  readonly #frequent: Readonly<Record<'connections' | 'inference', Throttle>>;
  /** Roles of admitted requests. */
  readonly #roles = new WeakMap<object, Role>();
  /** Number of the newest log line that was sent. */
  #logged = 0;
  #isStale = false;
  #cancelRecheck: Cancel | undefined;
  #isClosed = false;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    const { dashboards, dashboardsPerAddress, handshake, outgoing } = ports.limits;
    this.#places = new Quota(dashboards, dashboardsPerAddress);
    this.#webSockets = new WebSockets(longestMessage, {
      clock: ports.clock,
      limits: { handshake, outgoing, messages },
      refused: (code, detail) => ports.events.emit('refused', 'live feed', code, detail),
    });
    this.#io = new Server({ serveClient: false });
    this.#io.bind(this.#webSockets.engine);
    this.#io.on('connection', socket => this.#welcome(socket as DashboardSocket));
    this.#pulse = new Throttle(ports.clock, minStateGapMs, () => this.#send());
    const tell = (what: Changed) => {
      this.#changed.set(JSON.stringify(what), what);
      this.#schedule();
    };
    const frequently = (subject: 'connections' | 'inference') =>
      new Throttle(ports.clock, frequentInterval, () => tell({ subject, task: null }));
    this.#frequent = { connections: frequently('connections'), inference: frequently('inference') };
    watchChanges(
      ports.events,
      () => this.#moved(),
      tell,
      subject => this.#frequent[subject].ask(),
    );
    ports.recentLog.written = () => {
      if (this.#readers > 0) this.#pulse.ask();
    };
    ports.events.on('signed-out', () => this.recheck());
    ports.events.on('audited', ({ action }) =>
      action === 'operator-token.revoke' ? this.recheck() : undefined,
    );
  }

  /** Accepts a WebSocket whose operator may watch, and answers others with a problem document. */
  upgrade(request: IncomingMessage, socket: NetSocket, head: Buffer): void {
    socket.on('error', () => {});
    this.#admit(request, socket).then(
      address => this.#webSockets.admit(request, socket, head, { address, leave: () => {} }),
      error => {
        const coded = error instanceof MurmurationError ? error : new MurmurationError('server.internal');
        // A page keeps trying after its session has ended, while it shows the sign-in; that is no refusal to
        // count.
        const isSignedOut = coded.code === 'operator.unauthenticated' && !request.headers.authorization;
        if (coded !== error) this.#ports.events.emit('fault', 'the live feed', error);
        else if (!isSignedOut) this.#ports.events.emit('refused', 'live feed', coded.code, coded.detail);
        endWithProblem(socket, coded, request.url);
      },
    );
  }

  /** Number of connected dashboards. */
  get size(): number {
    return this.#io.of('/').sockets.size;
  }

  /** Closes all connections within a moment; the owner of the HTTP server closes that. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#pulse.close();
    for (const throttle of Object.values(this.#frequent)) throttle.close();
    this.#cancelRecheck?.();
    this.#io.disconnectSockets(true);
    return this.#webSockets.close();
  }

  /** Admits a request for which there is a place; returns the peer's address. */
  async #admit(request: IncomingMessage, socket: NetSocket): Promise<string> {
    if (this.#isClosed) throw new MurmurationError('server.stopping');
    const { searchParams } = new URL(request.url ?? '', 'http://dashboard');
    if (request.method !== 'GET' || searchParams.get('EIO') !== '4' || searchParams.has('sid'))
      throw new MurmurationError('request.invalid', 'The live feed is a WebSocket of socket.io.');
    const { operator } = await this.#ports.authenticator.enter(request, true);
    if (!operator || socket.destroyed) throw new MurmurationError('operator.unauthenticated');
    this.#roles.set(request, operator.role);
    const address = originOf(request, this.#ports.trustedProxies);
    const leave = this.#places.take(address);
    if (!leave)
      throw new MurmurationError('server.busy', 'There are as many dashboards open as there may be.');
    socket.once('close', leave);
    return address;
  }

  #welcome(socket: DashboardSocket): void {
    const transport = this.#webSockets.transportOf(socket.conn);
    transport.joined();
    transport.identified();
    socket.on('disconnect', () => {
      transport.closing();
      socket.conn.close();
    });
    socket.use(() => socket.disconnect(true));
    socket.emit('overview', this.#ports.overviews.now());
    this.#admitToLog(socket, this.#roles.get(socket.request) ?? null);
    this.#recheckLater();
  }

  /** Lets only those with the role of an operator read the log. */
  #admitToLog(socket: DashboardSocket, role: Role | null): void {
    if (role === null || !includes(role, 'operator')) return void socket.leave(logRoom);
    // Pages request earlier lines themselves.
    if (this.#readers === 0) this.#logged = this.#ports.recentLog.newest;
    void socket.join(logRoom);
  }

  get #readers(): number {
    return this.#io.of('/').adapter.rooms.get(logRoom)?.size ?? 0;
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
    // Pages that fetch again report times that have come since the last state.
    this.#isStale ||= this.#changed.size > 0;
    this.#changed.clear();
    const slow = [...dashboards.sockets.values()].filter(isBehind).map(({ id }) => id);
    this.#sendLog(slow);
    if (!this.#isStale) return;
    this.#isStale = false;
    const state = this.#ports.overviews.now();
    dashboards.except(slow).emit('overview', state);
    // They get a later state.
    if (slow.length > 0) this.#moved();
  }

  /** Sends new log lines. Slow dashboards notice the gap in the numbers, and request the missing lines. */
  #sendLog(slow: readonly string[]): void {
    const { recentLog } = this.#ports;
    const lines = [...recentLog.after(this.#logged)];
    this.#logged = recentLog.newest;
    if (lines.length === 0 || this.#readers === 0) return;
    this.#io
      .of('/')
      .to(logRoom)
      .except([...slow])
      .emit('log', { run: recentLog.run, lines });
  }

  /** Schedules a check, only while a dashboard is connected. */
  #recheckLater(): void {
    if (this.#cancelRecheck || this.#isClosed || this.size === 0) return;
    const { clock } = this.#ports;
    this.#cancelRecheck = clock.at(clock.now() + recheckEvery, () => {
      void this.recheck().finally(() => {
        this.#cancelRecheck = undefined;
        this.#recheckLater();
      });
    });
  }

  /** Ends the connections whose session or token is no longer valid. */
  async recheck(): Promise<void> {
    const asked = new Map<string, Promise<Role | null>>();
    const roleOf = ({ request }: DashboardSocket): Promise<Role | null> => {
      const { authorization, cookie } = request.headers;
      const key = JSON.stringify([authorization, cookie]);
      const answer = asked.get(key) ?? this.#roleOf(request);
      asked.set(key, answer);
      return answer;
    };
    const sockets = [...this.#io.of('/').sockets.values()];
    await Promise.all(
      sockets.map(async socket => {
        const role = await roleOf(socket);
        if (role !== null) return this.#admitToLog(socket, role);
        socket.emit('signed-out');
        socket.disconnect(true);
      }),
    );
  }

  /** Returns the role of a request, or null if its session or token is no longer valid. */
  async #roleOf(request: IncomingMessage): Promise<Role | null> {
    try {
      return (await this.#ports.authenticator.enter(request, false)).operator.role;
    } catch {
      return null;
    }
  }
}

function isBehind({ conn }: Socket): boolean {
  const { socket } = conn.request as IncomingMessage & { socket: NetSocket };
  return socket.writableLength > mostUnread;
}
