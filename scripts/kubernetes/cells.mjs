// Cells: each at an address of its own, by which devices in its rounds reach it and no other.
import { container as coordinator, port } from './coordinator.mjs';
import { configVolume, headless, mountsOf, outward, variablesOf } from './fronts.mjs';
import { admitted, labelsOf, oneAtATime, serviceAccount, temporary } from './pods.mjs';
import { httpPort, networkPolicyOf, serviceOf, statefulSetOf } from './workloads.mjs';

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

const statefulSet = statefulSetOf(name, cells, {
  container: {
    ...coordinator,
    name: 'cell',
    env: [...variablesOf('cell'), ...address],
    volumeMounts: mountsOf('config', 'tasks', 'tmp'),
  },
  volumes: [configVolume, { name: 'tasks', configMap: { name: 'murmuration-tasks' } }, temporary.volume],
});

const networkPolicy = networkPolicyOf(name, {
  // Devices and fronts come by the ingress controller, Prometheus by itself.
  ingress: [{ from: [{ namespaceSelector: { matchLabels: admitted } }], ports: [{ protocol: 'TCP', port }] }],
  egress: outward(),
});

/** Resources, by the file that holds each; each cell has a service of its own. */
export const cellResources = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': headless(name),
  ...Object.fromEntries(
    Array.from({ length: cells }, (_, index) => [
      `service-${index}.yaml`,
      serviceOf(`${name}-${index}`, [httpPort(port)], podOf(name, index)),
    ]),
  ),
  'stateful-set.yaml': statefulSet,
  'disruption-budget.yaml': oneAtATime(name),
  'network-policy.yaml': networkPolicy,
};
