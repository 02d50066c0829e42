import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Registry } from 'prom-client';
import type { CoordinatorEvents } from '../events/events.ts';
import { watchMetrics } from '../telemetry/metrics.ts';
import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import type { Watch } from './watch.ts';

interface MeasuredParts {
  readonly core: Pick<Core, 'rounds' | 'pools' | 'conducts' | 'runs' | 'privacy' | 'traffic'>;
  readonly entrance: Pick<Entrance, 'connections' | 'polled' | 'population'>;
  readonly watch: Pick<Watch, 'alerts'>;
  /** The tasks that there are now. */
  readonly tasks: () => readonly TaskName[];
}

/** The metrics of a coordinator, or of a cell. */
export function openMetrics(
  { core, entrance, watch, tasks }: MeasuredParts,
  events: CoordinatorEvents,
  clock: Clock,
): Registry {
  const { rounds, pools, conducts, runs, privacy, traffic } = core;
  const { connections, polled, population } = entrance;
  return watchMetrics(
    events,
    {
      tasks,
      waiting: task => pools.get(task)!.all,
      marked: task => conducts.get(task)!.marked,
      isPaused: task => rounds.get(task)!.isPaused,
      isTraining: task => runs.isTraining(task),
      privacy(task) {
        const status = privacy.statusOf(rounds.get(task)!.task);
        if (!status) return undefined;
        const { statement, steps } = status;
        return { epsilon: statement.holds ? statement.epsilon : Number.NaN, steps };
      },
      connected: () => connections.size,
      polled: () => polled,
      enrolled: () => population.size,
      traffic: task => traffic.of(task),
      firing: () => watch.alerts.firing,
    },
    clock,
  );
}
