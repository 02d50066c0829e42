// Cells: each at an address of its own, by which devices in its rounds reach it and no other.
import { container as coordinator, port } from './coordinator.mjs';
import { configVolume, headless, mountsOf, outward, variablesOf } from './fronts.mjs';
import { admitted, labelsOf, lockedPod, oneAtATime, serviceAccount, spread, temporary } from './pods.mjs';

/** Of the component, and of the service that finds all of its pods. */
export const name = 'murmuration-cell';
const cells = 2;

/**
 * The one pod of a stateful set that has a name.
 * @param {string} set
 * @param {number} index
 */
export const podOf = (set, index) => ({
  ...labelsOf(set),
  'statefulset.kubernetes.io/pod-name': `${set}-${index}`,
});

/** @type {import('kubernetes-models/v1').IEnvVar[]} */
const address = [
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'DOMAIN', valueFrom: { configMapKeyRef: { name: 'murmuration-cells', key: 'domain' } } },
  // Kubernetes puts in the variables before it.
  { name: 'MURMURATION_CELL_URL', value: 'https://$(POD_NAME).$(DOMAIN)' },
];

/** @type {import('kubernetes-models/apps/v1').IStatefulSet} */
const statefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    replicas: cells,
    serviceName: name,
    selector: { matchLabels: labelsOf(name) },
    // They start together, and share the tasks; an update replaces one after another.
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: labelsOf(name) },
      spec: {
        ...lockedPod(name),
        topologySpreadConstraints: spread(name),
        containers: [
          {
            ...coordinator,
            name: 'cell',
            env: [...variablesOf('cell'), ...address],
            volumeMounts: mountsOf('config', 'tasks', 'tmp'),
          },
        ],
        volumes: [
          configVolume,
          { name: 'tasks', configMap: { name: 'murmuration-tasks' } },
          temporary.volume,
        ],
      },
    },
  },
};

/**
 * What leads to one cell.
 * @param {number} index
 * @returns {import('kubernetes-models/v1').IService}
 */
const serviceOf = index => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `${name}-${index}`, labels: labelsOf(`${name}-${index}`) },
  spec: {
    selector: podOf(name, index),
    ports: [{ name: 'http', port, targetPort: 'http', appProtocol: 'http' }],
  },
});

/** @type {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicy} */
const networkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    podSelector: { matchLabels: labelsOf(name) },
    policyTypes: ['Ingress', 'Egress'],
    // Devices and fronts come by the ingress controller, Prometheus by itself.
    ingress: [
      { from: [{ namespaceSelector: { matchLabels: admitted } }], ports: [{ protocol: 'TCP', port }] },
    ],
    egress: outward(),
  },
};

/** Resources, by the file that holds each. */
export const cellResources = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': headless(name),
  ...Object.fromEntries(
    Array.from({ length: cells }, (_, index) => [`service-${index}.yaml`, serviceOf(index)]),
  ),
  'stateful-set.yaml': statefulSet,
  'disruption-budget.yaml': oneAtATime(name),
  'network-policy.yaml': networkPolicy,
};
