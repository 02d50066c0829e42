// What overlays may add: each needs something of the cluster that not every one has.
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as cells from './cells.mjs';
import * as coordinator from './coordinator.mjs';
import * as fronts from './fronts.mjs';
import * as inference from './inference.mjs';
import { alsoTo, toPort } from './network.mjs';
import { labelsOf, ofDatabase } from './pods.mjs';

/**
 * @typedef {import('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1').IServiceMonitor} ServiceMonitor
 * @typedef {import('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1').IPrometheusRule} PrometheusRule
 * @typedef {import('kubernetes-models/autoscaling/v2').IMetricSpec} Metric
 */

const rules = new URL('../../deploy/prometheus/', import.meta.url);

/**
 * The figures of a component. Its job is called as the rules of Prometheus expect: after it, or after the whole that it is a part of.
 * @param {string} name
 * @param {string} key of its token in the secret
 * @param {'name' | 'part-of'} job
 * @returns {ServiceMonitor}
 */
const serviceMonitor = (name, key, job = 'name') => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    jobLabel: `app.kubernetes.io/${job}`,
    selector: { matchLabels: labelsOf(name) },
    endpoints: [
      {
        port: 'http',
        path: '/metrics',
        interval: '15s',
        authorization: { credentials: { name: 'murmuration-metrics', key } },
      },
    ],
  },
});

/** The rules of these files. @param {readonly string[]} files @returns {PrometheusRule} */
const prometheusRule = files => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: coordinator.name, labels: labelsOf(coordinator.name) },
  spec: { groups: files.flatMap(file => parse(readFileSync(new URL(file, rules), 'utf8')).groups) },
});

/** Those of the machine's disk need another exporter; the coordinator watches its own. */
const ruleFiles = readdirSync(rules)
  .filter(file => file.endsWith('.rules.yml') && file !== 'disk.rules.yml')
  .sort();

export const monitoring = {
  'coordinator.yaml': serviceMonitor(coordinator.name, 'coordinator'),
  'inference.yaml': serviceMonitor(inference.name, 'inference'),
  'rules.yaml': prometheusRule(ruleFiles),
};

/** Fronts and cells have the figures, and the rules, of a coordinator. */
export const cellMonitoring = {
  'front.yaml': serviceMonitor(fronts.name, 'coordinator', 'part-of'),
  'cell.yaml': serviceMonitor(cells.name, 'coordinator', 'part-of'),
  'rules.yaml': prometheusRule(['murmuration.rules.yml']),
};

/** How Prometheus Adapter calls the requests that wait for a model, on average over two minutes: their waits add up to it (Little's law). */
const queue = 'murmuration_inference_queue';

/** The configuration of Prometheus Adapter, `rules.custom` of its Helm values. */
export const adapterRules = {
  rules: [
    {
      seriesQuery: `${queue}_seconds_sum{namespace!="",pod!=""}`,
      resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
      name: { matches: '^.*$', as: queue },
      metricsQuery: 'sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)',
    },
  ],
};

/** One replica more where, over all, more than two requests a replica wait for a model. @type {Metric} */
const queueMetric = {
  type: 'Pods',
  pods: { metric: { name: queue }, target: { type: 'AverageValue', averageValue: '2' } },
};

export const queueScaling = [
  {
    target: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', name: inference.name },
    change: [{ op: 'add', path: '/spec/metrics/-', value: queueMetric }],
  },
];

const connected = 'murmuration_connected_devices';

/** The same of the overlay with cells. */
export const frontAdapterRules = {
  rules: [
    {
      seriesQuery: `${connected}{namespace!="",pod!=""}`,
      resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
      name: { matches: '^.*$', as: connected },
      metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
    },
  ],
};

/** One front more where they have more than 5,000 connected devices each, a quarter of what one takes. */
export const frontScaling = [
  {
    target: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', name: fronts.name },
    change: [
      {
        op: 'add',
        path: '/spec/metrics/-',
        value: {
          type: 'Pods',
          pods: { metric: { name: connected }, target: { type: 'AverageValue', averageValue: '5000' } },
        },
      },
    ],
  },
];

const container = '/spec/template/spec/containers/0';
/** @type {import('kubernetes-models/v1').IEnvVar[]} */
const precomputed = [
  { name: 'MURMURATION_PRECOMPUTED', valueFrom: ofDatabase('address') },
  // The driver of PostgreSQL reads it.
  { name: 'PGPASSWORD', valueFrom: ofDatabase('password') },
];
/** @type {import('kubernetes-models/v1').IVolume} */
const jobs = { name: 'jobs', configMap: { name: 'murmuration-jobs' } };
/** @type {import('kubernetes-models/v1').IVolumeMount} */
const jobsMount = { name: 'jobs', mountPath: '/etc/murmuration-jobs', readOnly: true };

/** Of all replicas one runs a job at a time, and all answer its rows. */
export const precompute = [
  {
    target: { group: 'apps', version: 'v1', kind: 'Deployment', name: inference.name },
    change: [
      ...['--precompute', `${jobsMount.mountPath}/jobs.json`, '--into', `$(${precomputed[0]?.name})`].map(
        value => ({ op: 'add', path: `${container}/args/-`, value }),
      ),
      ...precomputed.map(value => ({ op: 'add', path: `${container}/env/-`, value })),
      { op: 'add', path: `${container}/volumeMounts/-`, value: jobsMount },
      { op: 'add', path: '/spec/template/spec/volumes/-', value: jobs },
    ],
  },
];

export const toPostgresql = {
  'network-policy.yaml': alsoTo('murmuration-to-postgresql', labelsOf(inference.name), toPort(5432)),
};

/** Webhooks, MLflow and others outside: over HTTPS. */
export const outgoing = {
  'network-policy.yaml': alsoTo(
    'murmuration-to-https',
    { 'app.kubernetes.io/part-of': 'murmuration' },
    toPort(443),
  ),
};
