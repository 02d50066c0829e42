// npm run kubernetes: writes the manifests in deploy/kubernetes.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { cellResources } from './kubernetes/cells.mjs';
import {
  adapterRules,
  cellMonitoring,
  frontAdapterRules,
  frontScaling,
  monitoring,
  outgoing,
  precompute,
  queueScaling,
  toPostgresql,
} from './kubernetes/components.mjs';
import { coordinator } from './kubernetes/coordinator.mjs';
import { entrance, haproxyConfiguration, haproxyImage } from './kubernetes/entrance.mjs';
import { fronts } from './kubernetes/fronts.mjs';
import { inference } from './kubernetes/inference.mjs';
import { lockedContainer } from './kubernetes/pods.mjs';
import { coordinatorToPostgresql, standby } from './kubernetes/standby.mjs';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

/** Where the manifests lie. */
export const manifestsFolder = fileURLToPath(new URL('deploy/kubernetes/', root));

/**
 * A patch of Kustomize: its resource, and what changes.
 * @typedef {{ target: object, change: readonly object[] }} Patch
 */

/**
 * The files of a folder, with the list that Kustomize reads.
 * @param {string} folder
 * @param {Readonly<Record<string, object>>} resources by file
 * @param {{ kind?: 'Kustomization' | 'Component', patches?: readonly Patch[] } & Record<string, unknown>} [options]
 * @returns {[path: string, content: object][]}
 */
function kustomized(folder, resources, { kind = 'Kustomization', patches, ...rest } = {}) {
  const files = Object.keys(resources);
  const list = {
    apiVersion: `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`,
    kind,
    ...rest,
    ...(files.length > 0 && { resources: [.../** @type {string[]} */ (rest.resources ?? []), ...files] }),
    ...(patches && { patches: patches.map(({ target, change }) => ({ target, patch: stringify(change) })) }),
  };
  return [
    [`${folder}/kustomization.yaml`, list],
    ...Object.entries(resources).map(
      ([file, content]) => /** @type {[string, object]} */ ([`${folder}/${file}`, content]),
    ),
  ];
}

/** @type {import('kubernetes-models/v1').INamespace} */
const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'murmuration',
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': 'latest',
    },
  },
};

/**
 * Something to apply as it is, or to build one's own on.
 * @param {string} name
 * @param {readonly string[]} bases
 * @param {{
 *   readonly also?: Readonly<Record<string, object>>,
 *   readonly patches?: readonly Patch[],
 *   readonly images?: readonly string[],
 * }} [more] `images`: others than that of this version
 */
const overlay = (name, bases, { also = {}, patches, images = [] } = {}) =>
  kustomized(
    `overlays/${name}`,
    { 'namespace.yaml': namespace, ...also },
    {
      ...(patches && { patches }),
      namespace: 'murmuration',
      resources: bases.map(base => `../../base/${base}`),
      images: [
        { name: lockedContainer.image, newName: 'murmuration', newTag: version },
        ...images.map(image => {
          const [name, newTag, digest] = /** @type {[string, string, string?]} */ (image.split(/:|@/));
          return { name, newName: name, ...(digest ? { digest: image.split('@')[1] } : { newTag }) };
        }),
      ],
    },
  );

const files = [
  ...kustomized('base/coordinator', coordinator),
  ...kustomized('base/inference', inference),
  ...kustomized('base/entrance', entrance, {
    // A change of the file has another name, so that pods start with it.
    configMapGenerator: [{ name: 'murmuration-haproxy', files: ['haproxy.cfg'] }],
  }),
  ...kustomized('base/front', fronts),
  ...kustomized('base/cell', cellResources),
  ...kustomized('components/monitoring', monitoring, { kind: 'Component' }),
  ...kustomized('components/queue-scaling', {}, { kind: 'Component', patches: queueScaling }),
  ...kustomized('components/precompute', toPostgresql, { kind: 'Component', patches: precompute }),
  ...kustomized('components/outgoing', outgoing, { kind: 'Component' }),
  ...kustomized('components/cells-monitoring', cellMonitoring, { kind: 'Component' }),
  ...kustomized('components/cells-scaling', {}, { kind: 'Component', patches: frontScaling }),
  ...overlay('single', ['coordinator']),
  ...overlay('replicas', ['coordinator', 'inference']),
  ...overlay('standby', ['coordinator', 'inference'], { also: coordinatorToPostgresql, patches: standby }),
  ...overlay('cells', ['entrance', 'front', 'cell'], { images: [haproxyImage] }),
  /** @type {const} */ (['components/queue-scaling/prometheus-adapter.yaml', adapterRules]),
  /** @type {const} */ (['components/cells-scaling/prometheus-adapter.yaml', frontAdapterRules]),
];

/** The text of each file, by its path within the folder. */
export const manifests = new Map([
  ...files.map(
    ([path, content]) =>
      /** @type {const} */ ([
        path,
        `# Made by \`npm run kubernetes\`.\n${stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 })}`,
      ]),
  ),
  /** @type {const} */ (['base/entrance/haproxy.cfg', haproxyConfiguration]),
]);

if (globalThis.process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(manifestsFolder, { recursive: true, force: true });
  for (const [path, text] of manifests) {
    mkdirSync(new URL('.', new URL(path, `file://${manifestsFolder}`)), { recursive: true });
    writeFileSync(`${manifestsFolder}${path}`, text);
  }
}
