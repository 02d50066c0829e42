import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { manifestsFolder } from '../../../scripts/kubernetes.mjs';
import { codeBlocks, root } from '../../docs/documents.ts';
import { Cluster, resourcesOf } from './cluster.ts';

/** A file of the repository. */
export const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** The guide that says how the manifests are applied, and its YAML: an overlay of one's own, and the rest. */
export const guide = read('docs/guides/kubernetes.md');
export const [ownOverlay, ...ofGuide] = codeBlocks(guide)
  .filter(({ language }) => language === 'yaml')
  .map(({ code }) => parse(code));

/** The folders in one of the manifests' folders. */
export const names = (folder: string): string[] => readdirSync(join(manifestsFolder, folder)).sort();

/** `kubectl kustomize`: of KUBECTL_FOLDER, else of PATH; `npm test` provides it. */
function build(folder: string): Cluster {
  const path = [process.env.KUBECTL_FOLDER, process.env.PATH].filter(Boolean).join(delimiter);
  const built = execFileSync('kubectl', ['kustomize', folder], { env: { PATH: path }, encoding: 'utf8' });
  return new Cluster(resourcesOf(built));
}

/** The cluster of an overlay. */
export const overlay = (name: string): Cluster => build(join(manifestsFolder, 'overlays', name));

/** The components of the overlay "cells" alone, and those of the others alone. */
const ofCells = names('components').filter(name => name.startsWith('cells-'));
const ofOthers = ['monitoring', 'queue-scaling', 'precompute'];

/** The cluster of the guide's own overlay, with all components that fit: of "replicas", or of "cells". */
export function everythingBuilt(of: 'replicas' | 'cells' = 'replicas'): Cluster {
  const [[resource]] = [ownOverlay.resources];
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-kubernetes-'));
  try {
    cpSync(manifestsFolder, join(folder, 'murmuration/deploy/kubernetes'), { recursive: true });
    const components = names('components')
      .filter(name => !(of === 'cells' ? ofOthers : ofCells).includes(name))
      .map(name => `../murmuration/deploy/kubernetes/components/${name}`);
    const resources = [resource.replace(/\/replicas$/, `/${of}`)];
    mkdirSync(join(folder, 'own'));
    // YAML is a superset of JSON.
    writeFileSync(
      join(folder, 'own/kustomization.yaml'),
      JSON.stringify({ ...ownOverlay, resources, components }),
    );
    return build(join(folder, 'own'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
