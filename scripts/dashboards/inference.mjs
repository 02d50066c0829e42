// The dashboard of inference servers, those within coordinators among them.
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { lines, number, range, variable } from './panels.mjs';

const job = 'job=~"$job"';
const own = `${job},model=~"$model"`;
const inference = 'murmuration_inference';

/** The dashboard of inference servers, as JSON that Grafana imports. */
export function inferenceDashboard() {
  const dashboard = new DashboardBuilder('Murmuration inference')
    .uid('murmuration-inference')
    .description('Requests, latency, batches and models of inference servers.')
    .tags(['murmuration', 'inference'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('job', 'Job', `label_values(${inference}_requests_total, job)`))
    .withVariable(variable('model', 'Model', `label_values(${inference}_requests_total{job=~"$job"}, model)`))

    .withRow(new RowBuilder('Now'))
    .withPanel(
      number(
        'Requests a second',
        'Answered and failed ones.',
        'reqps',
        `sum(rate(${inference}_requests_total{${own}}[${range}]))`,
      ),
    )
    .withPanel(number('Errors', 'Share of all requests.', 'percentunit', errorShare()))
    .withPanel(
      number('p99', 'Of all requests, answered and failed.', 's', quantile(0.99, 'duration_seconds')),
    )
    .withPanel(number('Models in memory', 'Versions.', 'short', `sum(${inference}_model_loaded{${own}})`))
    .withPanel(
      number('Memory of models', 'All versions together.', 'bytes', `sum(${inference}_model_bytes{${own}})`),
    )
    .withPanel(
      number(
        'Failed loads',
        'In the last hour; the log has the reasons.',
        'short',
        `sum(increase(${inference}_model_load_failures_total{${own}}[1h])) or vector(0)`,
      ),
    )

    .withRow(new RowBuilder('Requests'))
    .withPanel(
      lines('Requests', 'By version and protocol.', 'reqps', [
        `sum by (model, version, protocol) (rate(${inference}_requests_total{${own}}[${range}]))`,
        '{{model}} {{version}} {{protocol}}',
      ]),
    )
    .withPanel(
      lines('Outcomes', 'ok, or the code of an error.', 'reqps', [
        `sum by (code) (rate(${inference}_requests_total{${own}}[${range}]))`,
        '{{code}}',
      ]),
    )
    .withPanel(
      lines(
        'Latency',
        'From when a request was read to its answer.',
        's',
        [quantile(0.5, 'duration_seconds', 'model'), '{{model}} p50'],
        [quantile(0.99, 'duration_seconds', 'model'), '{{model}} p99'],
      ),
    )
    .withPanel(
      lines(
        'Wait for the model',
        'Part of the latency: the model was busy, or the batch was filling.',
        's',
        [quantile(0.5, 'queue_seconds', 'model'), '{{model}} p50'],
        [quantile(0.99, 'queue_seconds', 'model'), '{{model}} p99'],
      ),
    )

    .withRow(new RowBuilder('Models'))
    .withPanel(
      lines('Rows that ran together', 'On average.', 'short', [
        `sum by (model) (rate(${inference}_batch_size_sum{${own}}[${range}])) / ` +
          `sum by (model) (rate(${inference}_batch_size_count{${own}}[${range}]))`,
        '{{model}}',
      ]),
    )
    .withPanel(
      lines('Memory', 'By version; 0 once it was unloaded.', 'bytes', [
        `sum by (model, version) (${inference}_model_bytes{${own}})`,
        '{{model}} {{version}}',
      ]),
    )
    .withPanel(
      lines('Time to load', 'On average, a first run included.', 's', [
        `sum by (model) (rate(${inference}_model_load_duration_seconds_sum{${own}}[1h])) / ` +
          `sum by (model) (rate(${inference}_model_load_duration_seconds_count{${own}}[1h]))`,
        '{{model}}',
      ]),
    )
    .withPanel(
      lines('CPU', 'Cores in use.', 'short', [
        `rate(process_cpu_seconds_total{${job}}[${range}])`,
        '{{instance}}',
      ]),
    );
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`;
}

function errorShare() {
  const rate = (/** @type {string} */ more) =>
    `sum(rate(${inference}_requests_total{${own}${more}}[${range}]))`;
  return `(${rate(',code!="ok"')} or vector(0)) / ${rate('')}`;
}

/**
 * A quantile of a histogram, of each value of a label where one is named.
 * @param {number} share
 * @param {string} metric
 * @param {string} [label]
 */
function quantile(share, metric, label) {
  const by = label === undefined ? 'le' : `le, ${label}`;
  return `histogram_quantile(${share}, sum by (${by}) (rate(${inference}_${metric}_bucket{${own}}[${range}])))`;
}
