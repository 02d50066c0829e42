// Two coordinators on one database of PostgreSQL: one works, the other stands by.
import { container as coordinator, name } from './coordinator.mjs';
import { alsoTo, toPort } from './network.mjs';
import { labelsOf, ofDatabase, probe } from './pods.mjs';

/** Of the health of one that stands by, which listens nowhere else. */
const healthPort = 8_801;

const place = '/spec/template/spec/containers/0';
const { env = [], volumeMounts = [] } = coordinator;

/**
 * Where in a list something is, for a patch.
 * @param {readonly { name: string }[]} list
 * @param {string} wanted
 */
function placeIn(list, wanted) {
  const found = list.findIndex(({ name }) => name === wanted);
  if (found < 0) throw new Error(`The coordinator's manifest has no ${wanted}.`);
  return found;
}

/** @type {import('kubernetes-models/v1').IEnvVar[]} */
const variables = [
  // The driver of PostgreSQL reads it.
  { name: 'PGPASSWORD', valueFrom: ofDatabase('password') },
  { name: 'MURMURATION_STANDBY', value: 'true' },
  { name: 'MURMURATION_HEALTH_PORT', value: String(healthPort) },
];

/**
 * One on each of two nodes, where there are two.
 * @type {import('kubernetes-models/v1').IAffinity}
 */
const apart = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: labelsOf(name) },
          topologyKey: 'kubernetes.io/hostname',
        },
      },
    ],
  },
};

/** What is asked of the health port: whether it lives, also while it waits; and whether it works, by which the service finds it. */
const probes = {
  startupProbe: probe('/health/live', { periodSeconds: 5, failureThreshold: 60 }, 'health'),
  livenessProbe: probe('/health/live', { periodSeconds: 5, failureThreshold: 3 }, 'health'),
  // What it takes a service to follow a takeover.
  readinessProbe: probe('/health/ready', { periodSeconds: 2, failureThreshold: 1 }, 'health'),
};

/**
 * The one that waits is never ready, so nothing may wait for that: pods start at once, and an update replaces a pod when it is deleted, not
 * before.
 */
export const standby = [
  {
    target: { group: 'apps', version: 'v1', kind: 'StatefulSet', name },
    change: [
      { op: 'replace', path: '/spec/replicas', value: 2 },
      { op: 'add', path: '/spec/podManagementPolicy', value: 'Parallel' },
      { op: 'replace', path: '/spec/updateStrategy', value: { type: 'OnDelete' } },
      { op: 'remove', path: '/spec/volumeClaimTemplates' },
      { op: 'remove', path: '/spec/persistentVolumeClaimRetentionPolicy' },
      { op: 'add', path: '/spec/template/spec/affinity', value: apart },
      { op: 'remove', path: `${place}/volumeMounts/${placeIn(volumeMounts, 'state')}` },
      {
        op: 'replace',
        path: `${place}/env/${placeIn(env, 'MURMURATION_STORAGE')}`,
        value: { name: 'MURMURATION_STORAGE', valueFrom: ofDatabase('address') },
      },
      ...variables.map(value => ({ op: 'add', path: `${place}/env/-`, value })),
      { op: 'add', path: `${place}/ports/-`, value: { name: 'health', containerPort: healthPort } },
      ...Object.entries(probes).map(([field, value]) => ({
        op: 'replace',
        path: `${place}/${field}`,
        value,
      })),
    ],
  },
];

export const coordinatorToPostgresql = {
  'network-policy.yaml': alsoTo('murmuration-coordinator-to-postgresql', labelsOf(name), toPort(5432)),
};
