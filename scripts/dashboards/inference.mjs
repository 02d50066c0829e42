// The dashboard of inference servers, those within coordinators among them.
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { lines, number, range, shown, variable } from './panels.mjs';

const job = 'job=~"$job"';
const own = `${job},model=~"$model"`;
const inference = 'murmuration_inference';

/** The dashboard of inference servers, as JSON that Grafana imports. */
export function inferenceDashboard() {
  const dashboard = new DashboardBuilder('Murmuration inference')
    .uid('murmuration-inference')
    .description(
      'Requests, latency, batches and models of inference servers, their log, feedback, drift and precompute jobs.',
    )
    .tags(['murmuration', 'inference'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('job', 'Job', `label_values(${inference}_requests_total, job)`))
    .withVariable(
      variable('model', 'Model', `label_values(${inference}_requests_total{job=~"$job"}, model)`),
    );
  for (const withRow of [
    withNow,
    withRequests,
    withModels,
    withRequestLog,
    withFeedbackAndDrift,
    withPrecompute,
  ])
    withRow(dashboard);
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`;
}

/** @param {DashboardBuilder} dashboard */
function withNow(dashboard) {
  dashboard
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
        'In the time that is shown; the log has the reasons.',
        'short',
        `sum(increase(${inference}_model_load_failures_total{${own}}[${shown}])) or vector(0)`,
      ),
    );
}

/** @param {DashboardBuilder} dashboard */
function withRequests(dashboard) {
  dashboard
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
    );
}

/** @param {DashboardBuilder} dashboard */
function withModels(dashboard) {
  dashboard
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
}

/** @param {DashboardBuilder} dashboard */
function withRequestLog(dashboard) {
  dashboard
    .withRow(new RowBuilder('Request log'))
    .withPanel(
      lines('Events that were logged', 'Requests and responses, by sink.', 'cps', [
        orNone(`sum by (sink) (rate(${inference}_log_written_total{${job}}[${range}]))`),
        '{{sink}}',
      ]),
    )
    .withPanel(
      lines('Events that were lost', 'full: too many waited; failed: the sink did not take them.', 'cps', [
        orNone(`sum by (sink, reason) (rate(${inference}_log_dropped_total{${job}}[${range}]))`),
        '{{sink}} {{reason}}',
      ]),
    );
}

/** @param {DashboardBuilder} dashboard */
function withFeedbackAndDrift(dashboard) {
  dashboard
    .withRow(new RowBuilder('Feedback and drift'))
    .withPanel(
      lines('Feedback', 'By what became of it.', 'cps', [
        orNone(`sum by (outcome) (rate(murmuration_feedback_total{${job}}[${range}]))`),
        '{{outcome}}',
      ]),
    )
    .withPanel(
      lines(
        'Accuracy',
        'Share of known outcomes that the best guess was right about, and share of predictions whose outcome is known.',
        'percentunit',
        [`murmuration_model_accuracy_ratio{${own}}`, '{{model}} {{version}} right'],
        [`murmuration_model_outcomes_known_ratio{${own}}`, '{{model}} {{version}} known'],
      ),
    )
    .withPanel(
      lines('Features that drifted', 'Share of those of a version, in its newest window.', 'percentunit', [
        `murmuration_drift_features_drifted_ratio{${own}}`,
        '{{model}} {{version}}',
      ]),
    )
    .withPanel(
      lines('Drift by feature', 'What its test said: a distance, or a p-value.', 'short', [
        `murmuration_drift_score{${own}}`,
        '{{model}} {{version}} {{feature}}',
      ]),
    );
}

/** @param {DashboardBuilder} dashboard */
function withPrecompute(dashboard) {
  dashboard
    .withRow(new RowBuilder('Precompute'))
    .withPanel(
      lines('Rows computed', 'Of runs under way, by what became of them.', 'cps', [
        orNone(`sum by (exported_job, result) (rate(murmuration_precompute_rows_total{${job}}[${range}]))`),
        '{{exported_job}} {{result}}',
      ]),
    )
    .withPanel(
      lines('Age of tables', 'Since their rows were whole last.', 's', [
        `time() - murmuration_precompute_last_success_timestamp_seconds{${job}}`,
        '{{exported_job}}',
      ]),
    )
    .withPanel(
      lines('Runs that failed', 'In the hour before each point.', 'short', [
        orNone(
          `sum by (exported_job) (increase(murmuration_precompute_runs_total{${job},result="failed"}[1h]))`,
        ),
        '{{exported_job}}',
      ]),
    )
    .withPanel(
      lines(
        'Rows asked for',
        'Fresh, stale, computed in place of a stale one, refused or missing.',
        'reqps',
        [
          orNone(
            `sum by (exported_job, result) (rate(murmuration_precompute_lookups_total{${job}}[${range}]))`,
          ),
          '{{exported_job}} {{result}}',
        ],
      ),
    );
}

/**
 * Zero where there is nothing of the kind to count: not every server has a log, feedback or jobs. What a job is called is in `exported_job`, since
 * Prometheus calls what it scrapes a job.
 * @param {string} expression
 */
function orNone(expression) {
  return `${expression} or vector(0)`;
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
