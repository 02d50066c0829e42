import { isLoopback } from '@murmuration/serving/access/loopback';
import { placeOf } from '@murmuration/storage/place';
import { listen } from '../http/listen.ts';
import { devicePredictions } from '../inference/device-predictions.ts';
import { logStart } from '../telemetry/log.ts';
import { followOthers, openCell, TicketCheck } from './cell.ts';
import { openCore } from './core.ts';
import { openEntrance } from './entrance.ts';
import { openExperiments } from './experiments.ts';
import { firstLook } from './first-look.ts';
import { openGates } from './gates.ts';
import { openInference } from './inference.ts';
import { openLineage } from './lineage.ts';
import { openMetrics } from './metrics.ts';
import { announceVersions, boundFrames, openFeed } from './news.ts';
import { openJobs } from './precompute.ts';
import { openReadiness, openRoutes } from './routes.ts';
import type { ProcessScope, ServedScope } from './scope.ts';
import type { Running, Start } from './start.ts';
import { watchStorage } from './storage-health.ts';
import { openTaskAdding, tasksBefore } from './task-adding.ts';
import { openTracking } from './tracking.ts';
import { version } from './version.ts';
import { diskOf, openWatch } from './watch.ts';
import { openWorkers } from './workers.ts';

/**
 * Opens a coordinator, or a cell of one. Each part adds its routes, its metrics and its closing to the scope
 * as it opens; the last one opened closes first. Throws `config.invalid`, `storage.*`, and whatever a task's
 * model throws.
 */
export async function openCoordinator(base: ProcessScope, start: Start): Promise<Running> {
  const { config, clock, random, storage, events, moments, opened } = base;
  const isCell = config.role === 'cell';
  const silentSince = watchStorage(base);
  const { tasks, modules } = await tasksBefore(base, start.tasks);
  const looks = { clock, events, ...start };
  const ticketCheck = isCell ? await firstLook(() => TicketCheck.open(base), looks) : undefined;
  const workers = openWorkers(base, start.threads);
  // Devices may connect before a task in which they take part is here.
  const expected = isCell ? start.tasks : tasks;
  const entrance = await openEntrance(base, expected, start.verifyEnrolment);
  const { app, admin, connections, gateway, population, hasOperators } = entrance;
  const scope: ServedScope = { ...base, app, admin: admin.add };
  const core = await openCore(tasks, {
    ...{ clock, random: start.roundRandom ?? random, jitter: random, secrets: random, storage },
    ...{
      events,
      moments,
      population,
      channel: connections,
      ...workers,
      limits: config.limits,
      retention: config.retention,
    },
    deal: ticketCheck?.deal,
    requireLeading: () => connections.requireOpen(),
    requireSent: ticketCheck && ((device, message) => ticketCheck.require(device, message)),
  });
  opened.add(() => core.close());
  const watch = await openWatch(scope, core, { population, silentSince, disk: diskOf(config) });
  const came = boundFrames(scope, core, gateway, isCell ? start.tasks : []);
  const experiments = await openExperiments(scope, core);
  announceVersions(scope, core, experiments, connections);
  const decisions = await openGates(scope, core, experiments);
  openTaskAdding(scope, core, { modules, watch, gates: decisions.gates });
  openMetrics(scope, core, entrance, watch);
  openTracking(scope, core);
  openLineage(scope, core);
  const inference = await openInference(scope, core, { ...decisions, experiments }, hasOperators);
  const jobs = openJobs(scope, inference, start.precompute ?? []);
  const leads = (does: boolean) => connections.turnAway(does ? undefined : 'server.unreachable');
  const cellParts = { core, watch, ...decisions, experiments, leads, came };
  const cell = ticketCheck && openCell(scope, start.tasks, ticketCheck, cellParts);

  const readiness = openReadiness(scope, core, silentSince);
  await openRoutes(scope, { core, entrance, watch, experiments, inference });
  // The entrance closes before the parts that answer its last requests.
  opened.add(() => entrance.close());
  openFeed(scope, entrance, watch);
  const predict = devicePredictions({ ...core, ...inference, most: config.limits.predictions });
  gateway.open({ ...core.requests, predict });
  // A cell leaves rounds under way to the cells that run them.
  if (!cell) await core.resume();
  const url = await listen(app, config, entrance.isEncrypted ? 'https' : 'http');
  if (ticketCheck) ticketCheck.url = config.cellUrl ?? url;
  // Devices must still be connected while their rounds end or are left to the next start.
  opened.add(() => core.suspend());
  if (cell) {
    opened.add(() => cell.stop());
    followOthers(scope, core, population, inference.tokens);
  }
  readiness.open();
  start.health?.become(readiness);
  jobs.schedule();
  watch.tell(config.publicUrl ?? url);
  logStart(base.log, {
    ...{ version, url, grpc: inference.grpc, tasks: readiness.tasks(), hasOperators },
    storage: config.storage === undefined ? undefined : placeOf(config.storage).name,
    openHere: isLoopback(config.host) ? inference.access.open : [],
    isDevelopment: config.development,
  });
  return {
    ...{ url, grpc: inference.grpc, control: core.control, runs: core.runs, endRounds: core.endRounds },
    async start() {
      await core.start();
      await cell?.start();
    },
  };
}
