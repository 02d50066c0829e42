// The dashboard of coordinators.
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { lines, number, range, shown, variable } from './panels.mjs';

const own = 'job=~"$job",task=~"$task"';
const process = 'job=~"$job"';

/** The dashboard of coordinators, as JSON that Grafana imports. */
export function coordinatorDashboard() {
  const dashboard = new DashboardBuilder('Murmuration coordinator')
    .uid('murmuration-coordinator')
    .description('Rounds, models and devices of federated learning.')
    .tags(['murmuration', 'federated learning'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('job', 'Job', 'label_values(murmuration_enrolled_devices, job)'))
    .withVariable(variable('task', 'Task', 'label_values(murmuration_waiting_devices{job=~"$job"}, task)'));
  for (const withRow of [withNow, withRounds, withModel, withDevices, withProcess]) withRow(dashboard);
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`;
}

/** @param {DashboardBuilder} dashboard */
function withNow(dashboard) {
  dashboard
    .withRow(new RowBuilder('Now'))
    .withPanel(number('Coordinators up', 'Targets that answer.', 'short', `sum(up{${process}})`))
    .withPanel(
      number(
        'Connected devices',
        'They have said hello.',
        'short',
        `sum(murmuration_connected_devices{${process}})`,
      ),
    )
    .withPanel(
      number(
        'Enrolled devices',
        'They may take part.',
        'short',
        `sum(murmuration_enrolled_devices{${process}})`,
      ),
    )
    .withPanel(
      number(
        'Waiting devices',
        'They wait for an assignment.',
        'short',
        `sum(murmuration_waiting_devices{${own}})`,
      ),
    )
    .withPanel(
      number(
        'Newest version',
        'The largest number among the tasks.',
        'none',
        `max(murmuration_model_version{${own}})`,
      ),
    )
    .withPanel(
      number(
        'Faults',
        'In the time that is shown; the log has them.',
        'short',
        `sum(increase(murmuration_faults_total{${process}}[${shown}]))`,
      ),
    );
}

/** @param {DashboardBuilder} dashboard */
function withRounds(dashboard) {
  dashboard
    .withRow(new RowBuilder('Rounds'))
    .withPanel(
      lines('Rounds that ended', 'By outcome, per hour.', 'short', [
        `sum by (task, outcome) (rate(murmuration_rounds_total{${own}}[${range}])) * 3600`,
        '{{task}} {{outcome}}',
      ]),
    )
    .withPanel(
      lines('Cohort of the round under way', 'Devices, by where they stand in its phase.', 'short', [
        `sum by (task, standing) (murmuration_cohort_devices{${own}})`,
        '{{task}} {{standing}}',
      ]),
    )
    .withPanel(
      lines('Updates', 'What became of the devices of cohorts, per hour.', 'short', [
        `sum by (task, result) (rate(murmuration_updates_total{${own}}[${range}])) * 3600`,
        '{{task}} {{result}}',
      ]),
    )
    .withPanel(
      lines('Duration of phases', 'Mean of those that ended.', 's', [
        ratio('murmuration_phase_duration_seconds', 'task, phase'),
        '{{task}} {{phase}}',
      ]),
    )
    .withPanel(
      lines(
        'Closing of rounds',
        'Mean time of each step: masks off, next version, evaluation, storage.',
        's',
        [ratio('murmuration_closing_step_duration_seconds', 'task, step'), '{{task}} {{step}}'],
      ),
    )
    .withPanel(
      lines('Number of the round', 'It stands still while a task is paused.', 'none', [
        `max by (task) (murmuration_round_number{${own}})`,
        '{{task}}',
      ]),
    );
}

/** @param {DashboardBuilder} dashboard */
function withModel(dashboard) {
  dashboard
    .withRow(new RowBuilder('Model'))
    .withPanel(
      lines('Held-out figures', 'Of the newest version.', 'short', [
        `max by (task, figure) (murmuration_model_evaluation{${own}})`,
        '{{task}} {{figure}}',
      ]),
    )
    .withPanel(
      lines('Versions', 'Number of the newest version.', 'none', [
        `max by (task) (murmuration_model_version{${own}})`,
        '{{task}}',
      ]),
    );
}

/** @param {DashboardBuilder} dashboard */
function withDevices(dashboard) {
  dashboard
    .withRow(new RowBuilder('Devices'))
    .withPanel(
      lines(
        'Devices',
        'Connected, and waiting for an assignment.',
        'short',
        [`sum(murmuration_connected_devices{${process}})`, 'connected'],
        [`sum by (task) (murmuration_waiting_devices{${own}})`, 'waiting for {{task}}'],
      ),
    )
    .withPanel(
      lines('Check-ins', 'By what they were told.', 'cps', [
        `sum by (task, decision) (rate(murmuration_check_ins_total{${own}}[${range}]))`,
        '{{task}} {{decision}}',
      ]),
    )
    .withPanel(
      lines(
        'Enrolment',
        'Devices that may take part, and enrolments per hour.',
        'short',
        [`sum(murmuration_enrolled_devices{${process}})`, 'enrolled'],
        [`sum(rate(murmuration_enrolments_total{${process}}[${range}])) * 3600`, 'enrolments per hour'],
      ),
    )
    .withPanel(
      lines(
        'Traffic',
        'Updates that came, models that were served.',
        'Bps',
        [`sum by (task) (rate(murmuration_update_bytes_total{${own}}[${range}]))`, '{{task}} updates'],
        [`sum by (task) (rate(murmuration_model_bytes_total{${own}}[${range}]))`, '{{task}} models'],
      ),
    )
    .withPanel(
      lines('Refusals', 'Messages, uploads and requests, by error code.', 'cps', [
        `sum by (code) (rate(murmuration_refusals_total{${process}}[${range}]))`,
        '{{code}}',
      ]),
    );
}

/** @param {DashboardBuilder} dashboard */
function withProcess(dashboard) {
  dashboard
    .withRow(new RowBuilder('Process'))
    .withPanel(
      lines('Event loop', 'How late it is; 99 of 100 times less.', 's', [
        `nodejs_eventloop_lag_p99_seconds{${process}}`,
        '{{instance}}',
      ]),
    )
    .withPanel(
      lines('CPU', 'Cores in use.', 'short', [
        `rate(process_cpu_seconds_total{${process}}[${range}])`,
        '{{instance}}',
      ]),
    )
    .withPanel(
      lines('Memory', 'Resident.', 'bytes', [`process_resident_memory_bytes{${process}}`, '{{instance}}']),
    )
    .withPanel(
      lines(
        'Open files',
        'Sockets among them, and how many there may be.',
        'short',
        [`process_open_fds{${process}}`, '{{instance}} open'],
        [`process_max_fds{${process}}`, '{{instance}} allowed'],
      ),
    );
}

/**
 * The mean of a histogram.
 * @param {string} metric
 * @param {string} labels
 */
function ratio(metric, labels) {
  const rate = (/** @type {string} */ part) =>
    `sum by (${labels}) (rate(${metric}_${part}{${own}}[${range}]))`;
  return `${rate('sum')} / ${rate('count')}`;
}
