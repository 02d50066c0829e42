// What the pods of all components share: names, the image, and how a container is locked up.

/**
 * @typedef {import('kubernetes-models/v1').IContainer} Container
 * @typedef {import('kubernetes-models/v1').IPodSpec} PodSpec
 * @typedef {import('kubernetes-models/v1').IProbe} Probe
 */

/** The account `node` of the image, and its group: it owns what the volumes hold. */
const account = 1000;

/** Where the entry point of the image finds its files. */
export const folder = '/murmuration';

/** Seconds in which a pod that is to stop answers what is under way, and ends. */
const grace = 60;

/** Labels by which a component is found, and that never change: selectors have them. */
export const labelsOf = (/** @type {string} */ name) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'murmuration',
});

/** Namespaces with this label are let in: that of the ingress controller, and that of Prometheus. */
export const admitted = { 'murmuration-access': 'true' };

/**
 * What a pod may do: nothing of the cluster, nothing as root, and no more of the machine than the profile "restricted" allows. Variables of
 * services are left out: the one of a service called "murmuration" would be read as the port to listen on.
 * @returns {Omit<PodSpec, 'containers'>}
 */
export const lockedPod = (/** @type {string} */ serviceAccount) => ({
  serviceAccountName: serviceAccount,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: grace,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: account,
    runAsGroup: account,
    fsGroup: account,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  },
});

/** @type {Pick<Container, 'image' | 'securityContext'>} */
export const lockedContainer = {
  image: 'murmuration',
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};

/** A volume for temporary files, since nothing else but the state can be written. */
export const temporary = {
  volume: { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
  mount: { name: 'tmp', mountPath: '/tmp' },
};

/**
 * @param {string} path of a route
 * @param {Pick<Probe, 'periodSeconds' | 'failureThreshold'>} rhythm
 * @param {string} [port] by its name
 * @returns {Probe}
 */
export const probe = (path, rhythm, port = 'http') => ({
  httpGet: { path, port },
  timeoutSeconds: 5,
  ...rhythm,
});

/** Pods of a component are on different nodes, where there are enough. @returns {NonNullable<PodSpec['topologySpreadConstraints']>} */
export const spread = (/** @type {string} */ name) => [
  {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labelsOf(name) },
  },
];

/**
 * One pod of a component at a time may be taken from its node.
 * @param {string} name
 * @returns {import('kubernetes-models/policy/v1').IPodDisruptionBudget}
 */
export const oneAtATime = name => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, labels: labelsOf(name) },
  spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(name) } },
});

/**
 * A value of the secret that names the database.
 * @param {'address' | 'password'} key
 * @returns {import('kubernetes-models/v1').IEnvVarSource}
 */
export const ofDatabase = key => ({ secretKeyRef: { name: 'murmuration-postgresql', key } });

/**
 * @param {string} name
 * @returns {import('kubernetes-models/v1').IServiceAccount}
 */
export const serviceAccount = name => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, labels: labelsOf(name) },
  automountServiceAccountToken: false,
});
