import { type Overview, overview } from '@murmuration/api/overview';
import type { Command } from 'commander';
import { type RemoteOptions, viewerOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import type { MetricSamples } from '../client/metric-samples.ts';
import { PublicClient, type ShownModel, type ShownTask } from '../client/public-client.ts';
import { figures, phaseCell } from '../output/figures.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

/**
 * Adds `murmuration status`: the tasks with their rounds and versions, what each waits for, and the devices.
 */
export function statusCommand(program: Command): void {
  viewerOptions(
    program.command('status').description('show the tasks, rounds, versions and devices of a coordinator'),
  ).action(async (given: RemoteOptions) => {
    const client = new PublicClient(given);
    const [{ tasks, isDevelopment }, samples, live] = await Promise.all([
      client.overview(),
      client.metrics(),
      overviewOf(given),
    ]);
    const newest = await Promise.all(
      tasks.map(async ({ name }) => (await client.models(name, { limit: 1 }))[0]),
    );
    const all = tasks.map((task, index) => describe(task, newest[index], samples, live));
    const devices = samples && {
      connected: samples.value('murmuration_connected_devices'),
      enrolled: samples.value('murmuration_enrolled_devices'),
    };
    if (given.json) return sayJson({ isDevelopment, tasks: all, devices });
    if (isDevelopment)
      note('Development mode: this protects nobody, and only the machine of the coordinator can connect.');
    sayTable(
      ['task', 'round', 'phase', 'counted', 'goal', 'waiting', 'newest', 'served', 'held-out'],
      all.map(({ task, round, cohort, goal, waiting, model, serves }) => [
        task,
        round?.number ?? null,
        round && phaseCell(round.phase),
        cohort && `${cohort.counted} of ${cohort.counted + cohort.working + cohort.away}`,
        goal,
        waiting,
        model?.number ?? null,
        serves.isPinned ? { text: `${serves.number}, pinned`, tone: 'doubtful' } : serves.number,
        model && figures(model.metrics),
      ]),
    );
    const waits = all.flatMap(({ task, waitsFor, sentAway }) =>
      waitsFor && sentAway ? [`${task}: ${waitingText(waitsFor)}${sentAwayText(sentAway)}`] : [],
    );
    if (waits.length > 0) say(`\n${waits.join('\n')}`);
    for (const { task, goal, isAsynchronous } of all)
      if (isAsynchronous) say(`${task}: asynchronous, every ${goal} updates make a version`);
    for (const { task, privacy } of all) if (privacy) say(`${task}: ${spentText(privacy)}`);
    if (!devices)
      return note(
        'The numbers of devices are missing: /metrics needs an operator token in MURMURATION_TOKEN, or is not reachable here.',
      );
    say('');
    say(`${devices.connected} devices are connected, ${devices.enrolled} are enrolled.`);
  });
}

/** Returns the overall state if the token in MURMURATION_TOKEN permits it; null without a token. */
async function overviewOf({ url }: RemoteOptions): Promise<Overview | null> {
  return process.env.MURMURATION_TOKEN ? new AdminClient({ url }).get('/overview', overview) : null;
}

function describe(
  { name: task, cohort: { goal }, round, serves }: ShownTask,
  model: ShownModel | undefined,
  samples: MetricSamples | null,
  live: Overview | null,
) {
  const found = live?.tasks.find(each => each.task === task);
  return {
    task,
    round,
    cohort: round && samples && standings(task, samples),
    goal,
    waiting: samples?.value('murmuration_waiting_devices', { task }) ?? null,
    model: model
      ? { model: model.model, number: model.number, metrics: model.metrics, createdAt: model.createdAt }
      : null,
    serves,
    waitsFor: found?.waitsFor ?? null,
    sentAway: found?.sentAway ?? null,
    privacy: found?.privacy ?? null,
    isAsynchronous: found?.isAsynchronous ?? null,
  };
}

/** Returns what a task waits for, as a sentence without its end. */
function waitingText({ what, devices, until }: Overview['tasks'][number]['waitsFor']): string {
  switch (what) {
    case 'operator':
      return 'paused until an operator resumes it';
    case 'budget':
      return 'its privacy budget is spent; no round begins until its definition allows more';
    case 'run':
      return 'no training run is open; a trigger or an operator begins the next one';
    case 'enrolment':
      return `waits for ${count(devices)} more to enrol, which its privacy budget needs`;
    case 'schedule':
      return `the next round begins at ${until}`;
    case 'check-ins':
      return devices === 0
        ? 'all devices are there; the round begins in a moment'
        : `waits until ${until} for ${count(devices)} to check in`;
    case 'cohort':
      return `waits until ${until} for ${count(devices)} of the cohort`;
    case 'coordinator':
      return 'the coordinator makes the next version';
  }
}

function spentText(privacy: NonNullable<Overview['tasks'][number]['privacy']>): string {
  const { epsilon, spent } = privacy;
  const versions = `${privacy.steps} of ${privacy.rounds} versions`;
  if (spent === null) return `no ε holds, since versions were released without noise (${versions})`;
  return `ε ${Number(spent.toPrecision(3))} of ${epsilon} is spent, ${versions}`;
}

function sentAwayText({ devices, next }: Overview['tasks'][number]['sentAway']): string {
  return next === null ? '' : `; ${count(devices)} told to come back later, the first at ${next}`;
}

function count(devices: number): string {
  return devices === 1 ? '1 device' : `${devices} devices`;
}

/** Returns the number of devices of the round's cohort by their state in its phase. */
export function standings(task: string, samples: MetricSamples) {
  const of = (standing: string) => samples.value('murmuration_cohort_devices', { task, standing }) ?? 0;
  return { working: of('working'), counted: of('counted'), away: of('away'), left: of('left') };
}
