import { livePath } from '@murmuration/api/live';
import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Task } from '@murmuration/rounds/task/task';
import type { DeviceConnections } from '../devices/device-connections.ts';
import { frameLengths } from '../devices/frame-lengths.ts';
import { LiveFeed } from '../live/feed.ts';
import type { Gateway } from '../socket/gateway.ts';
import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import type { Scope } from './scope.ts';
import type { Watch } from './watch.ts';

/**
 * Makes sockets accept the frames of all tasks, now and whenever a task changes or is added; those of
 * `expected` tasks from the beginning. Returns a function that computes the bound again.
 */
export function boundFrames(
  { moments }: Pick<Scope, 'moments'>,
  { rounds, parts }: Pick<Core, 'rounds' | 'parts'>,
  gateway: Pick<Gateway, 'bound'>,
  expected: readonly Task[],
): () => void {
  const bound = () => {
    const now = Array.from(rounds.values(), ({ task }) => task);
    gateway.bound(frameLengths([...expected, ...now, ...(parts?.tasks ?? [])]));
  };
  moments.join({ frames: { bound } });
  // Vocabularies may have more words than their definitions.
  bound();
  return bound;
}

/** Tells devices which version they serve whenever that changes. */
export function announceVersions(
  { moments }: Pick<Scope, 'moments'>,
  { rounds, versionAliases }: Pick<Core, 'rounds' | 'versionAliases'>,
  experiments: Pick<Experiments, 'ofDevice'>,
  connections: Pick<DeviceConnections, 'announce'>,
): void {
  const announce = (task: TaskName) => {
    const { champion } = versionAliases.of(task);
    const standard = champion.pinned && champion.model;
    connections.announce(task, device => experiments.ofDevice(task, device) ?? standard);
  };
  moments.join({
    devices: {
      announce,
      experimentChanged(task) {
        announce(task);
        rounds.get(task)?.armsChanged();
      },
    },
  });
}

/** Streams events to dashboards. */
export function openFeed(
  { config, clock, events, recentLog, opened }: Scope,
  { authenticator, trustedProxies, gateway }: Pick<Entrance, 'authenticator' | 'trustedProxies' | 'gateway'>,
  { overviews }: Pick<Watch, 'overviews'>,
): void {
  const bounds = { events, clock, limits: config.limits, trustedProxies };
  const feed = new LiveFeed({ ...bounds, authenticator, overviews, recentLog });
  opened.add(() => feed.close());
  gateway.leave(livePath, (...upgrade) => feed.upgrade(...upgrade));
}
