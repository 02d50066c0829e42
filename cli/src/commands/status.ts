import type { Command } from 'commander';
import { type RemoteOptions, viewerOptions } from '../arguments/remote-options.ts';
import type { MetricSamples } from '../client/metric-samples.ts';
import { PublicClient, type ShownModel, type ShownTask } from '../client/public-client.ts';
import { figures, phaseCell } from '../output/figures.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

/** `murmuration status`: the tasks with their rounds and newest versions, and the devices. */
export function statusCommand(program: Command): void {
  viewerOptions(
    program.command('status').description('where a running coordinator stands, at a glance'),
  ).action(async (given: RemoteOptions) => {
    const client = new PublicClient(given);
    const [tasks, samples] = await Promise.all([client.tasks(), client.metrics()]);
    const newest = await Promise.all(
      tasks.map(async ({ name }) => (await client.models(name, { limit: 1 }))[0]),
    );
    const all = tasks.map((task, index) => describe(task, newest[index], samples));
    const devices = samples && {
      connected: samples.value('murmuration_connected_devices'),
      enrolled: samples.value('murmuration_enrolled_devices'),
    };
    if (given.json) return sayJson({ tasks: all, devices });
    sayTable(
      ['task', 'round', 'phase', 'counted', 'goal', 'waiting', 'version', 'held-out'],
      all.map(({ task, round, cohort, goal, waiting, model }) => [
        task,
        round?.number ?? null,
        round && phaseCell(round.phase),
        cohort && `${cohort.counted} of ${cohort.counted + cohort.working + cohort.away}`,
        goal,
        waiting,
        model?.number ?? null,
        model && figures(model.metrics),
      ]),
    );
    if (!devices)
      return note(
        'Counts of devices are missing: /metrics is not to be had here, or not without an operator token in MURMURATION_TOKEN.',
      );
    say('');
    say(`${devices.connected} devices are connected, ${devices.enrolled} are enrolled.`);
  });
}

function describe(
  { name: task, cohort: { goal }, round }: ShownTask,
  model: ShownModel | undefined,
  samples: MetricSamples | null,
) {
  return {
    task,
    round,
    cohort: round && samples && standings(task, samples),
    goal,
    waiting: samples?.value('murmuration_waiting_devices', { task }) ?? null,
    model: model
      ? { model: model.model, number: model.number, metrics: model.metrics, createdAt: model.createdAt }
      : null,
  };
}

/** Devices of the round's cohort by where they stand in its phase. */
export function standings(task: string, samples: MetricSamples) {
  const of = (standing: string) => samples.value('murmuration_cohort_devices', { task, standing }) ?? 0;
  return { working: of('working'), counted: of('counted'), away: of('away'), left: of('left') };
}
