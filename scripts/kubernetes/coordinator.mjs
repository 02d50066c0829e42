// A coordinator: one process, one volume.
import { toNames } from './network.mjs';
import {
  admitted,
  folder,
  labelsOf,
  lockedContainer,
  lockedPod,
  probe,
  serviceAccount,
  temporary,
} from './pods.mjs';
import { httpPort, networkPolicyOf, serviceOf } from './workloads.mjs';

/** Of the component, and of its service. */
export const name = 'murmuration';
export const port = 8_800;

const service = serviceOf(name, [httpPort(port)]);

/** @type {import('./pods.mjs').Container} */
export const container = {
  ...lockedContainer,
  name: 'coordinator',
  args: ['serve', 'tasks/task.js', '--config', '/etc/murmuration/murmuration.json'],
  env: [
    { name: 'MURMURATION_HOST', value: '0.0.0.0' },
    { name: 'MURMURATION_PORT', value: String(port) },
    { name: 'MURMURATION_STORAGE', value: '/state' },
    {
      name: 'MURMURATION_ENROLMENT_TOKENS',
      valueFrom: {
        secretKeyRef: { name: 'murmuration-enrolment', key: 'tokens', optional: true },
      },
    },
  ],
  ports: [{ name: 'http', containerPort: port }],
  // It listens once its storage is open and upgraded.
  startupProbe: probe('/health/live', { periodSeconds: 5, failureThreshold: 60 }),
  livenessProbe: probe('/health/live', { periodSeconds: 5, failureThreshold: 3 }),
  readinessProbe: probe('/health/ready', { periodSeconds: 10, failureThreshold: 2 }),
  resources: {
    requests: { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
    limits: { memory: '2Gi', 'ephemeral-storage': '1Gi' },
  },
  volumeMounts: [
    { name: 'state', mountPath: '/state' },
    { name: 'config', mountPath: '/etc/murmuration', readOnly: true },
    { name: 'tasks', mountPath: `${folder}/tasks`, readOnly: true },
    temporary.mount,
  ],
};

/**
 * Never two at a time: a stateful set ends a pod before it starts the one that takes its place, and the volume is attached to one node. Should
 * two run all the same, the storage belongs to the one that locked it.
 * @type {import('kubernetes-models/apps/v1').IStatefulSet}
 */
const statefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    replicas: 1,
    serviceName: name,
    selector: { matchLabels: labelsOf(name) },
    updateStrategy: { type: 'RollingUpdate' },
    // The models, and what privacy they have spent, outlive the set.
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    template: {
      metadata: { labels: labelsOf(name) },
      spec: {
        ...lockedPod(name),
        containers: [container],
        volumes: [
          { name: 'config', secret: { secretName: 'murmuration-config', defaultMode: 0o440 } },
          { name: 'tasks', configMap: { name: 'murmuration-tasks' } },
          temporary.volume,
        ],
      },
    },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'state', labels: labelsOf(name) },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
      },
    ],
  },
};

const networkPolicy = networkPolicyOf(name, {
  ingress: [
    {
      from: [
        { namespaceSelector: { matchLabels: admitted } },
        { podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'murmuration' } } },
      ],
      ports: [{ protocol: 'TCP', port }],
    },
  ],
  egress: [toNames],
});

/** Resources, by the file that holds each. */
export const coordinator = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': service,
  'stateful-set.yaml': statefulSet,
  'network-policy.yaml': networkPolicy,
};
