// Replicas of the inference server: they keep nothing, and load the coordinator's models.
import * as coordinator from './coordinator.mjs';
import { toNames, toPods } from './network.mjs';
import { admitted, folder, lockedContainer, oneAtATime, probe, serviceAccount, temporary } from './pods.mjs';
import { autoscalerOf, deploymentOf, httpPort, networkPolicyOf, serviceOf } from './workloads.mjs';

/** Of the component, and of its service. */
export const name = 'murmuration-inference';
const port = 8_900;
const grpcPort = 8_901;

const service = serviceOf(name, [
  httpPort(port),
  { name: 'grpc', port: grpcPort, targetPort: 'grpc', appProtocol: 'kubernetes.io/h2c' },
]);

const deployment = deploymentOf(name, {
  container: {
    ...lockedContainer,
    name: 'inference',
    args: [
      'inference',
      '--from',
      `http://${coordinator.name}:${coordinator.port}`,
      '--config',
      '/etc/murmuration/inference.json',
      '--host',
      '0.0.0.0',
      '--port',
      String(port),
      '--grpc',
      String(grpcPort),
    ],
    env: [
      {
        name: 'MURMURATION_MONITOR_TOKEN',
        valueFrom: { secretKeyRef: { name: 'murmuration-monitor', key: 'token', optional: true } },
      },
    ],
    // Until no other pod sends requests to it any more.
    lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
    ports: [
      { name: 'http', containerPort: port },
      { name: 'grpc', containerPort: grpcPort },
    ],
    startupProbe: probe('/v2/health/live', { periodSeconds: 5, failureThreshold: 24 }),
    livenessProbe: probe('/v2/health/live', { periodSeconds: 5, failureThreshold: 3 }),
    readinessProbe: probe('/v2/health/ready', { periodSeconds: 5, failureThreshold: 1 }),
    // Models take up to 1 GiB by "inference.memory", on top of what the program takes.
    resources: {
      requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '256Mi' },
      limits: { memory: '2Gi', 'ephemeral-storage': '1Gi' },
    },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/murmuration', readOnly: true },
      { name: 'tasks', mountPath: `${folder}/tasks`, readOnly: true },
      temporary.mount,
    ],
  },
  volumes: [
    { name: 'config', secret: { secretName: name, defaultMode: 0o440 } },
    // Transformers lie beside the tasks.
    { name: 'tasks', configMap: { name: 'murmuration-tasks', optional: true } },
    temporary.volume,
  ],
});

// A replica that is gone has to load its models again.
const autoscaler = autoscalerOf(name, { most: 10, calm: 300 });

const networkPolicy = networkPolicyOf(name, {
  ingress: [
    {
      from: [{ namespaceSelector: { matchLabels: admitted } }],
      ports: [
        { protocol: 'TCP', port },
        { protocol: 'TCP', port: grpcPort },
      ],
    },
  ],
  egress: [toNames, toPods(coordinator.name, coordinator.port)],
});

/** Resources, by the file that holds each. */
export const inference = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': service,
  'deployment.yaml': deployment,
  'autoscaler.yaml': autoscaler,
  'disruption-budget.yaml': oneAtATime(name),
  'network-policy.yaml': networkPolicy,
};
