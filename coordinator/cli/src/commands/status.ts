import { type Overview, overview, type TaskOverview } from '@murmuration/api/overview';
import type { Command } from 'commander';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { figures, phaseCell } from '../output/figures.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

/**
 * Adds `murmuration status`: the tasks with their rounds and versions, what each waits for, and the devices.
 */
export function statusCommand(program: Command): void {
  operatorOptions(
    program.command('status').description('show the tasks, rounds, versions and devices of a coordinator'),
  ).action(async (given: RemoteOptions) => {
    const seen = await new AdminClient(given).get('/overview', overview);
    if (given.json) return sayJson(seen);
    show(seen);
  });
}

function show({ isDevelopment, tasks, devices }: Overview): void {
  if (isDevelopment)
    note('Development mode: this protects nobody, and only the machine of the coordinator can connect.');
  sayTable(
    ['task', 'round', 'phase', 'counted', 'goal', 'waiting', 'newest', 'served', 'held-out'],
    tasks.map(({ task, round, goal, waiting, newest, champion }) => [
      task,
      round?.number ?? null,
      round && phaseCell(round.phase),
      round && `${round.cohort.done} of ${round.cohort.done + round.cohort.working}`,
      goal,
      waiting,
      newest.number,
      champion.isPinned ? { text: `${champion.number}, pinned`, tone: 'doubtful' } : champion.number,
      figures(newest.metrics),
    ]),
  );
  const waits = tasks.map(
    ({ task, waitsFor, sentAway }) => `${task}: ${waitingText(waitsFor)}${sentAwayText(sentAway)}`,
  );
  if (waits.length > 0) say(`\n${waits.join('\n')}`);
  for (const { task, goal, isAsynchronous } of tasks)
    if (isAsynchronous) say(`${task}: asynchronous, every ${goal} updates make a version`);
  for (const { task, privacy } of tasks) if (privacy) say(`${task}: ${spentText(privacy)}`);
  say('');
  say(`${devices.connected} devices are connected, ${devices.enrolled} are enrolled.`);
}

/** Returns what a task waits for, as a sentence without its end. */
function waitingText({ what, devices, until }: TaskOverview['waitsFor']): string {
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

function spentText({ epsilon, spent, ...privacy }: NonNullable<TaskOverview['privacy']>): string {
  const versions = `${privacy.steps} of ${privacy.rounds} versions`;
  if (spent === null) return `no ε holds, since versions were released without noise (${versions})`;
  return `ε ${Number(spent.toPrecision(3))} of ${epsilon} is spent, ${versions}`;
}

function sentAwayText({ devices, next }: TaskOverview['sentAway']): string {
  return next === null ? '' : `; ${count(devices)} told to come back later, the first at ${next}`;
}

function count(devices: number): string {
  return devices === 1 ? '1 device' : `${devices} devices`;
}
