import type { TaskName } from '@murmuration/protocol/ids/ids';
import { watchMetrics } from '../telemetry/metrics.ts';
import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import type { ProcessScope } from './scope.ts';
import type { Watch } from './watch.ts';

/** Opens the metrics of a coordinator or a cell. */
export function openMetrics(
  { metrics, events, clock }: ProcessScope,
  {
    rounds,
    pools,
    conducts,
    runs,
    privacy,
    traffic,
  }: Pick<Core, 'rounds' | 'pools' | 'conducts' | 'runs' | 'privacy' | 'traffic'>,
  { connections, polled, population }: Pick<Entrance, 'connections' | 'polled' | 'population'>,
  { alerts }: Pick<Watch, 'alerts'>,
): void {
  watchMetrics(
    metrics,
    events,
    {
      tasks: () => [...rounds.keys()] as TaskName[],
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
      firing: () => alerts.firing,
    },
    clock,
  );
}
