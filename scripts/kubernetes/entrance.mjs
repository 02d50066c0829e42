// What leads devices to fronts: haproxy, since an ingress has no way to hold a connection over plain HTTP to one pod by a token of its own.
import { readFileSync } from 'node:fs';
import { podOf } from './cells.mjs';
import { name as coordinator, port } from './coordinator.mjs';
import { name as front, mostFronts, entrance as name } from './fronts.mjs';
import { toNames, toPods } from './network.mjs';
import {
  admitted,
  labelsOf,
  lockedContainer,
  oneAtATime,
  probe,
  serviceAccount,
  temporary,
} from './pods.mjs';
import { httpPort, networkPolicyOf, serviceOf, statefulSetOf } from './workloads.mjs';

if (name !== coordinator) throw new Error('The entrance takes the place of a coordinator.');

const peerPort = 10_000;
const entrances = [0, 1];
/** Its configuration is tried with this version. */
export const haproxyImage = 'haproxy:3.0';

/** What a pod knows of another: an address that outlives it. */
const peerOf = (/** @type {number} */ index) => `${name}-peer-${index}`;

const ofMachines = readFileSync(new URL('../../deploy/haproxy/fronts.cfg', import.meta.url), 'utf8');

/**
 * The configuration of deploy/haproxy/fronts.cfg, with what differs in a cluster: fronts come and go, and there are two of haproxy, which tell
 * each other where connections are.
 */
export const haproxyConfiguration = `# Made by \`npm run kubernetes\` of deploy/haproxy/fronts.cfg.
global
  # Of devices; without it, as many as the node's limit on files allows, and memory for them.
  maxconn 40000
  hard-stop-after 50s

# Which front has which connection over plain HTTP.
peers entrances
  bind ":${peerPort}"
${entrances
  .map(
    index => `  .if streq("$POD_NAME",${name}-${index})
  server ${name}-${index}
  .else
  server ${name}-${index} ${peerOf(index)}:${peerPort}
  .endif
`,
  )
  .join('')}
resolvers cluster
  parse-resolv-conf
  accepted_payload_size 8192
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s

${ofMachines
  .replace(/^#.*\n/, '')
  .replace(/^( {2}stick-table .*)$/m, '$1 peers entrances')
  .replace(
    /( {2}server .*\n)+$/,
    `  server-template front ${2 * mostFronts} "\${FRONTS}:${port}" resolvers cluster init-addr none\n`,
  )}`;

const statefulSet = statefulSetOf(name, entrances.length, {
  container: {
    ...lockedContainer,
    image: 'haproxy',
    name: 'haproxy',
    args: ['-f', '/etc/haproxy/haproxy.cfg', '-L', '$(POD_NAME)'],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'FRONTS', value: `${front}.$(NAMESPACE).svc.cluster.local` },
      { name: 'LISTEN', value: `:${port}` },
    ],
    // Until the ingress controller sends no more devices to it.
    lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
    ports: [
      { name: 'http', containerPort: port },
      { name: 'peers', containerPort: peerPort },
    ],
    livenessProbe: { tcpSocket: { port: 'http' }, timeoutSeconds: 5, periodSeconds: 5 },
    // Of a front behind it.
    readinessProbe: probe('/health/ready', { periodSeconds: 5, failureThreshold: 2 }),
    resources: {
      requests: { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '64Mi' },
      limits: { memory: '1Gi', 'ephemeral-storage': '256Mi' },
    },
    volumeMounts: [{ name: 'config', mountPath: '/etc/haproxy', readOnly: true }, temporary.mount],
  },
  volumes: [{ name: 'config', configMap: { name: 'murmuration-haproxy' } }, temporary.volume],
});

/**
 * Where one tells the other, before it is ready as well.
 * @param {number} index
 * @returns {import('kubernetes-models/v1').IService}
 */
const peerService = index => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: peerOf(index), labels: labelsOf(peerOf(index)) },
  spec: {
    selector: podOf(name, index),
    publishNotReadyAddresses: true,
    ports: [{ name: 'peers', port: peerPort, targetPort: 'peers', appProtocol: 'tcp' }],
  },
});

const service = serviceOf(name, [httpPort(port)]);

const networkPolicy = networkPolicyOf(name, {
  ingress: [
    {
      from: [
        { namespaceSelector: { matchLabels: admitted } },
        // Inference servers load models by it.
        { podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'murmuration' } } },
      ],
      ports: [{ protocol: 'TCP', port }],
    },
    {
      from: [{ podSelector: { matchLabels: labelsOf(name) } }],
      ports: [{ protocol: 'TCP', port: peerPort }],
    },
  ],
  egress: [toNames, toPods(front, port), toPods(name, peerPort)],
});

/** Resources, by the file that holds each. */
export const entrance = {
  'service-account.yaml': serviceAccount(name),
  'service.yaml': service,
  ...Object.fromEntries(entrances.map(index => [`service-peer-${index}.yaml`, peerService(index)])),
  'stateful-set.yaml': statefulSet,
  'disruption-budget.yaml': oneAtATime(name),
  'network-policy.yaml': networkPolicy,
};
