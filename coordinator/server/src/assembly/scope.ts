import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Stores } from '@murmuration/storage/storage';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { App } from '../http/app.ts';
import type { AdminRoutes } from '../http/routes/admin/admin.ts';
import { createLog, logEvents } from '../telemetry/log.ts';
import { RecentLog } from '../telemetry/recent-log.ts';
import type { Config } from './config.ts';
import { MomentActions } from './moment-actions.ts';
import type { OpenResources } from './open-resources.ts';

/** Dependencies of every part of a process. */
export interface Scope {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly storage: Stores;
  readonly events: CoordinatorEvents;
  readonly moments: MomentActions;
  readonly log: Logger;
  /** Newest lines of the log. */
  readonly recentLog: RecentLog;
  /** Collects what has to be closed. */
  readonly opened: OpenResources;
}

/** Scope of a process that lives until it is stopped. */
export interface ProcessScope extends Scope {
  /** Collects the metrics of all parts. */
  readonly metrics: Registry;
}

/** Scope of a part that operators and programs can call. */
export interface ServedScope extends ProcessScope {
  readonly app: App;
  /** Collects routes of the admin API. */
  readonly admin: AdminRoutes;
}

/** Scope of a part that reports events to another server and queues them in these stores. */
export interface TrackingScope<Name extends keyof Stores>
  extends Pick<ProcessScope, 'clock' | 'random' | 'events' | 'metrics' | 'opened'> {
  readonly config: Pick<Config, 'tracking'>;
  readonly storage: Pick<Stores, Name>;
}

/** Opens the scope of a process whose storage is open. */
export function openScope(given: Pick<Scope, 'config' | 'clock' | 'random' | 'storage' | 'opened'>): Scope {
  const events = new CoordinatorEvents();
  const recentLog = new RecentLog(given.clock);
  const log = createLog(given.config.log, undefined, recentLog);
  logEvents(events, log);
  return { ...given, events, moments: new MomentActions(events), log, recentLog };
}
