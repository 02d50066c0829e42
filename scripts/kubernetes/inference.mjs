// Replicas of the inference server: they keep nothing, and load the coordinator's models.
import * as coordinator from './coordinator.mjs';
import { toNames } from './network.mjs';
import {
  admitted,
  folder,
  labelsOf,
  lockedContainer,
  lockedPod,
  oneAtATime,
  probe,
  serviceAccount,
  spread,
  temporary,
} from './pods.mjs';

/** Of the component, and of its service. */
export const name = 'murmuration-inference';
const port = 8_900;
const grpcPort = 8_901;

/** @type {import('kubernetes-models/v1').IService} */
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    selector: labelsOf(name),
    ports: [
      { name: 'http', port, targetPort: 'http', appProtocol: 'http' },
      { name: 'grpc', port: grpcPort, targetPort: 'grpc', appProtocol: 'kubernetes.io/h2c' },
    ],
  },
};

/** @type {import('kubernetes-models/apps/v1').IDeployment} */
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: labelsOf(name) },
  // How many there are, the autoscaler says.
  spec: {
    selector: { matchLabels: labelsOf(name) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      metadata: { labels: labelsOf(name) },
      spec: {
        ...lockedPod(name),
        topologySpreadConstraints: spread(name),
        containers: [
          {
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
            livenessProbe: probe('/v2/health/live', { periodSeconds: 20, failureThreshold: 3 }),
            readinessProbe: probe('/v2/health/ready', { periodSeconds: 5, failureThreshold: 1 }),
            // Models take up to 1 GiB by "inference.memory", besides what the program takes.
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
        ],
        volumes: [
          { name: 'config', secret: { secretName: name, defaultMode: 0o440 } },
          // Transformers lie beside the tasks.
          { name: 'tasks', configMap: { name: 'murmuration-tasks', optional: true } },
          temporary.volume,
        ],
      },
    },
  },
};

/** @type {import('kubernetes-models/autoscaling/v2').IHorizontalPodAutoscaler} */
const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 2,
    maxReplicas: 10,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
    // A replica that is gone has to load its models again.
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
  },
};

/** @type {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicy} */
const networkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    podSelector: { matchLabels: labelsOf(name) },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: admitted } }],
        ports: [
          { protocol: 'TCP', port },
          { protocol: 'TCP', port: grpcPort },
        ],
      },
    ],
    egress: [
      toNames,
      {
        to: [{ podSelector: { matchLabels: labelsOf(coordinator.name) } }],
        ports: [{ protocol: 'TCP', port: coordinator.port }],
      },
    ],
  },
};

/** Resources, by the file that holds each. */
export const inference = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': service,
  'deployment.yaml': deployment,
  'autoscaler.yaml': autoscaler,
  'disruption-budget.yaml': oneAtATime(name),
  'network-policy.yaml': networkPolicy,
};
