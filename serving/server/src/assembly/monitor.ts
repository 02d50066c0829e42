import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { type DoorPorts, openDoor } from '../http/door.ts';
import type { AccuracyStore } from '../monitor/accuracy-store.ts';
import { type DriftStore, type DriftWindow, memoryDrift } from '../monitor/drift/drift-store.ts';
import { DriftWatch } from '../monitor/drift/drift-watch.ts';
import { HttpMonitor } from '../monitor/http-monitor.ts';
import { LiveMonitor } from '../monitor/live-monitor.ts';
import { accuracyMetrics, driftMetrics, feedbackMetrics } from '../monitor/metrics.ts';
import type { Monitor, MonitorEvents } from '../monitor/monitor.ts';
import { PredictionWatch } from '../monitor/prediction-watch.ts';
import { feedbackRoute, type ModelOfExperiment, windowRoute } from '../monitor/routes.ts';
import type { InferenceSettings } from './settings.ts';

/** Milliseconds between two flushes to a monitor. */
const flushMs = 1_000;

interface MonitorPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly metrics: Registry;
  readonly events: MonitorEvents &
    Required<Pick<MonitorEvents, 'fault'>> & {
      /** Called when a window of a version was compared with its reference. */
      readonly compared?: (window: DriftWindow) => void;
    };
  /** Finds the experiment of a model; by default none runs. */
  readonly modelOf?: ModelOfExperiment;
  /** Store of drift windows; by default in memory. */
  readonly driftStore?: DriftStore;
  /** Store of accuracies; by default none are kept. */
  readonly accuracyStore?: AccuracyStore;
}

/** Monitor of a server's predictions and their outcomes. */
export interface OpenMonitor {
  readonly watch: PredictionWatch;
  /** Monitor in this process; null if a coordinator is the monitor. */
  readonly live: LiveMonitor | null;
  /** Drift watch in this process; null if a coordinator watches, or drift is off. */
  readonly drift: DriftWatch | null;
  /** Registers the feedback route, and the route for replicas' windows if this process is the monitor. */
  routes(app: FastifyInstance, ports: DoorPorts): void;
}

/**
 * Opens the monitor that the settings ask for, or uses `given`; undefined if there is none. Throws
 * `config.invalid` for settings that don't fit together.
 */
export function openMonitor(
  { feedback, drift: driftSettings, report }: Pick<InferenceSettings, 'feedback' | 'drift' | 'report'>,
  {
    clock,
    random,
    metrics,
    events,
    modelOf = () => undefined,
    driftStore = memoryDrift(),
    accuracyStore,
  }: MonitorPorts,
  given?: Monitor,
): OpenMonitor | undefined {
  if (report && (feedback === null || report.url === undefined))
    throw new MurmurationError(
      'config.invalid',
      feedback === null
        ? 'The setting report needs feedback, which is null.'
        : 'The setting report names no coordinator; give it a url, or take models from one.',
    );
  if (feedback === null) return undefined;
  const counted = feedbackMetrics(metrics);
  const heard: MonitorEvents = { ...events, ...counted };
  const fault = events.fault;
  const remote =
    given ??
    (report?.url !== undefined
      ? new HttpMonitor({ url: report.url, token: report.token }, { clock, random, events: heard })
      : undefined);
  if (remote) {
    const watch = new PredictionWatch(remote, flushMs, { clock, random, fault });
    return {
      watch,
      live: null,
      drift: null,
      routes: (app, ports) => openDoor(app, ports, scope => feedbackRoute(scope, watch)),
    };
  }
  const drift: DriftWatch | undefined =
    driftSettings === null
      ? undefined
      : new DriftWatch(driftSettings, {
          clock,
          store: driftStore,
          events: { fault, ...(events.compared && { compared: events.compared }) },
          performance: (model, version) => live.performance(model, version),
        });
  const live = new LiveMonitor(feedback, { clock, events: heard, drift, store: accuracyStore });
  const watch = new PredictionWatch(live, flushMs, { clock, random, fault });
  accuracyMetrics(metrics, () => {
    watch.flush();
    return live.versions;
  });
  if (drift) driftMetrics(metrics, () => drift.states);
  return {
    watch,
    live,
    drift: drift ?? null,
    routes: (app, ports) =>
      openDoor(app, ports, scope => {
        feedbackRoute(scope, watch);
        windowRoute(scope, live, modelOf);
      }),
  };
}
