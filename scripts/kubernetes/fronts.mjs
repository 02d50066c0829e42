// Fronts: as many as devices need. They keep nothing but their connections.
import { container as coordinator, port } from './coordinator.mjs';
import { toNames, toPort } from './network.mjs';
import { admitted, labelsOf, ofDatabase, oneAtATime, serviceAccount, temporary } from './pods.mjs';
import { autoscalerOf, deploymentOf, httpPort, networkPolicyOf } from './workloads.mjs';

/** @typedef {import('kubernetes-models/v1').IEnvVar} Variable */

/** Of the component, and of its service. */
export const name = 'murmuration-front';
/** Of what leads devices to fronts: the service that devices' addresses lead to. */
export const entrance = 'murmuration';
/** Fronts at most. */
export const mostFronts = 10;

/** A key of the account at the bucket, where there is one. @type {(name: string, key: string) => Variable} */
const ofBucket = (name, key) => ({
  name,
  valueFrom: { secretKeyRef: { name: 'murmuration-s3', key, optional: true } },
});

/**
 * Variables of a front or a cell.
 * @param {'front' | 'cell'} role
 * @returns {Variable[]}
 */
export const variablesOf = role => [
  ...(coordinator.env ?? []).map(variable =>
    variable.name === 'MURMURATION_STORAGE'
      ? { name: variable.name, valueFrom: ofDatabase('address') }
      : variable,
  ),
  // The driver of PostgreSQL reads it.
  { name: 'PGPASSWORD', valueFrom: ofDatabase('password') },
  { name: 'MURMURATION_ROLE', value: role },
  ofBucket('AWS_ACCESS_KEY_ID', 'access-key-id'),
  ofBucket('AWS_SECRET_ACCESS_KEY', 'secret-access-key'),
];

/** Of what a coordinator mounts, a part has no state. */
export const mountsOf = (/** @type {readonly string[]} */ ...names) =>
  (coordinator.volumeMounts ?? []).filter(({ name }) => names.includes(name));

/** @type {import('kubernetes-models/v1').IVolume} */
export const configVolume = {
  name: 'config',
  secret: { secretName: 'murmuration-config', defaultMode: 0o440 },
};

/**
 * By which each pod is found, ready ones only: haproxy asks it for the addresses of fronts, and Prometheus for those of all.
 * @param {string} name
 * @returns {import('kubernetes-models/v1').IService}
 */
export const headless = name => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    clusterIP: 'None',
    selector: labelsOf(name),
    ports: [httpPort(port)],
  },
});

const deployment = deploymentOf(name, {
  container: {
    ...coordinator,
    name: 'front',
    args: ['serve', '--config', '/etc/murmuration/murmuration.json'],
    env: variablesOf('front'),
    // Until no other pod sends devices to it any more.
    lifecycle: { preStop: { exec: { command: ['sleep', '10'] } } },
    volumeMounts: mountsOf('config', 'tmp'),
  },
  volumes: [configVolume, temporary.volume],
});

// The devices of a front that is gone connect again.
const autoscaler = autoscalerOf(name, { most: mostFronts, calm: 600 });

/**
 * Where fronts and cells connect to: the database, and the bucket of models. Fronts pass on what is asked of a task to the cell that has it, at
 * its public address: outside, or straight to the ingress controller where the cluster shortens the way, whichever port that one listens on.
 * @returns {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicyEgressRule[]}
 */
export const outward = () => [toNames, toPort(5_432), toPort(443)];

const networkPolicy = networkPolicyOf(name, {
  ingress: [
    {
      from: [
        { podSelector: { matchLabels: labelsOf(entrance) } },
        // Prometheus.
        { namespaceSelector: { matchLabels: admitted } },
      ],
      ports: [{ protocol: 'TCP', port }],
    },
  ],
  egress: [...outward(), { to: [{ namespaceSelector: { matchLabels: admitted } }] }],
});

/** Resources, by the file that holds each. */
export const fronts = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': headless(name),
  'deployment.yaml': deployment,
  'autoscaler.yaml': autoscaler,
  'disruption-budget.yaml': oneAtATime(name),
  'network-policy.yaml': networkPolicy,
};
