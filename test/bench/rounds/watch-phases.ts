import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { SeenState } from '@murmuration/rounds/round/round';
import { round } from '../benchmark.ts';

/** One phase of a round as the coordinator's process went through it. */
interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly eventLoopDelayMsP99: number;
  readonly eventLoopDelayMsMax: number;
}

/** Measures each phase of the round under way, from its beginning to that of the next. */
export function watchPhases(events: CoordinatorEvents, log: (line: string) => void) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const measured: Partial<Record<SeenState['phase'], Measured>> = {};
  let phase: SeenState['phase'] = 'gathering';
  let began = performance.now();
  let cpu = process.cpuUsage();
  const next = (following: SeenState['phase']) => {
    const { user, system } = process.cpuUsage(cpu);
    const figures = {
      seconds: round((performance.now() - began) / 1_000),
      cpuSeconds: round((user + system) / 1e6),
      eventLoopDelayMsP99: round(delay.percentile(99) / 1e6),
      eventLoopDelayMsMax: round(delay.max / 1e6),
    };
    measured[phase] = figures;
    log(`${phase}: ${figures.seconds} s`);
    delay.reset();
    began = performance.now();
    cpu = process.cpuUsage();
    phase = following;
  };
  const listener = (state: SeenState) => {
    if (state.phase !== phase) next(state.phase);
  };
  events.on('round', listener);
  return {
    /** Ends the last phase. */
    end() {
      events.off('round', listener);
      delay.disable();
      return { phases: measured };
    },
  };
}
