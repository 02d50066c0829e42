// Where pods may connect to.
import { labelsOf } from './pods.mjs';

/** @typedef {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicyEgressRule} Egress */

/**
 * The name servers of the cluster.
 * @type {Egress}
 */
export const toNames = {
  to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/**
 * Pods of a component.
 * @param {string} name
 * @param {number} port
 * @returns {Egress}
 */
export const toPods = (name, port) => ({
  to: [{ podSelector: { matchLabels: labelsOf(name) } }],
  ports: [{ protocol: 'TCP', port }],
});

/**
 * A port wherever it is.
 * @param {number} port
 * @returns {Egress}
 */
export const toPort = port => ({ ports: [{ protocol: 'TCP', port }] });

/**
 * @param {string} name
 * @param {Readonly<Record<string, string>>} pods labels of those that may connect
 * @param {Egress} egress
 * @returns {import('kubernetes-models/networking.k8s.io/v1').INetworkPolicy}
 */
export const alsoTo = (name, pods, egress) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec: { podSelector: { matchLabels: pods }, policyTypes: ['Egress'], egress: [egress] },
});
