// What components consist of: each resource with the name and the labels of its component.
import { labelsOf, lockedPod, spread } from './pods.mjs';

/**
 * @typedef {import('kubernetes-models/v1').IServicePort} ServicePort
 * @typedef {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicyIngressRule} Ingress
 * @typedef {import('./network.mjs').Egress} Egress
 * @typedef {import('./pods.mjs').Container} Container
 * @typedef {import('kubernetes-models/v1').IVolume} Volume
 */

/**
 * The one container of each pod of a component, and what it mounts.
 * @typedef {{ readonly container: Container, readonly volumes: Volume[] }} Pods
 */

/**
 * @param {string} name
 * @param {Pods} pods
 */
const templateOf = (name, { container, volumes }) => ({
  metadata: { labels: labelsOf(name) },
  spec: {
    ...lockedPod(name),
    topologySpreadConstraints: spread(name),
    containers: [container],
    volumes,
  },
});

/**
 * Pods that are alike; the autoscaler says how many there are.
 * @param {string} name
 * @param {Pods} pods
 * @returns {import('kubernetes-models/apps/v1').IDeployment}
 */
export const deploymentOf = (name, pods) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    selector: { matchLabels: labelsOf(name) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: templateOf(name, pods),
  },
});

/**
 * Pods, `replicas` of them, that keep their names. They start together; an update replaces one after another.
 * @param {string} name
 * @param {number} replicas
 * @param {Pods} pods
 * @returns {import('kubernetes-models/apps/v1').IStatefulSet}
 */
export const statefulSetOf = (name, replicas, pods) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    replicas,
    serviceName: name,
    selector: { matchLabels: labelsOf(name) },
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate' },
    template: templateOf(name, pods),
  },
});

/**
 * Deployments by what their processors do: two pods at least.
 * @param {string} name
 * @param {{ readonly most: number, readonly calm: number }} limits pods at most, and seconds before one that is not needed goes
 * @returns {import('kubernetes-models/autoscaling/v2').IHorizontalPodAutoscaler}
 */
export const autoscalerOf = (name, { most, calm }) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 2,
    maxReplicas: most,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: calm } },
  },
});

/**
 * A port for HTTP, which pods call `http`.
 * @param {number} port
 * @returns {ServicePort}
 */
export const httpPort = port => ({ name: 'http', port, targetPort: 'http', appProtocol: 'http' });

/**
 * What leads to pods: those of the component, where no others are named.
 * @param {string} name
 * @param {ServicePort[]} ports
 * @param {Readonly<Record<string, string>>} [pods] labels of them
 * @returns {import('kubernetes-models/v1').IService}
 */
export const serviceOf = (name, ports, pods = labelsOf(name)) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: labelsOf(name) },
  spec: { selector: { ...pods }, ports },
});

/**
 * Who may connect to the pods of a component, and where they may connect to: nobody else, and nowhere else.
 * @param {string} name
 * @param {{ ingress: Ingress[], egress: Egress[] }} rules
 * @returns {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicy}
 */
export const networkPolicyOf = (name, rules) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, labels: labelsOf(name) },
  spec: {
    podSelector: { matchLabels: labelsOf(name) },
    policyTypes: ['Ingress', 'Egress'],
    ...rules,
  },
});
