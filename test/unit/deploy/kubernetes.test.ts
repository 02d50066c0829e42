// @module-tag kubectl
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifests, manifestsFolder } from '../../../scripts/kubernetes.mjs';
import { type Cluster, containerOf, hasLabels, podLabels, resourcesOf, type Workload } from './cluster.ts';
import { everythingBuilt, guide, names, ofGuide, overlay, ownOverlay, read } from './kubectl.ts';
import { requireValid } from './schemas.ts';

/** Each overlay as it is, and one with everything that can be added. */
let clusters: Map<string, Cluster>;
let everything: Cluster;
let everyCell: Cluster;

beforeAll(() => {
  everything = everythingBuilt();
  everyCell = everythingBuilt('cells');
  clusters = new Map([
    ...names('overlays').map(name => [name, overlay(name)] as const),
    ['everything', everything],
    ['everything of cells', everyCell],
  ]);
});

const coordinatorOf = (cluster: Cluster) => cluster.all('StatefulSet')[0]!;
const inference = () => everything.all('Deployment')[0]!;

describe('the manifests', () => {
  it('are what their code makes, and nothing else lies there', () => {
    const there = readdirSync(manifestsFolder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(manifestsFolder.length));
    expect(there.sort()).toEqual([...manifests.keys()].sort());
    for (const [path, text] of manifests) expect(readFileSync(manifestsFolder + path, 'utf8')).toBe(text);
  });

  it('are built by Kustomize into what the API takes, with every resource once', () => {
    for (const [, cluster] of clusters) {
      for (const resource of cluster.resources) requireValid(resource);
      const ids = cluster.resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(new Set(ids).size).toBe(ids.length);
    }
    const made = [...manifests].filter(([path]) =>
      /^(base|components)\/(?!.*(kustomiz|adapter)).*yaml$/.test(path),
    );
    expect(made.length).toBeGreaterThan(10);
    for (const [path, text] of made) {
      const { kind, metadata } = resourcesOf(text)[0]!;
      const built = /^[^/]+\/(cell|front|entrance)/.test(path) ? everyCell : everything;
      const found = built.resources.filter(
        each => each.kind === kind && each.metadata.name === metadata.name,
      );
      expect(found, path).toMatchObject([{ metadata: { namespace: 'murmuration' } }]);
    }
  });

  it('are refused by these schemas where they are wrong', () => {
    const wrong = structuredClone(coordinatorOf(everything));
    Object.assign(wrong.spec!, { replicas: 'one' });
    expect(() => requireValid(wrong as never)).toThrow(/replicas/);
  });

  it('hold no secret and no configuration, and the guide makes each that they name', () => {
    const kinds = everything.resources.map(({ kind }) => kind);
    expect(kinds).not.toContain('Secret');
    expect(kinds).not.toContain('ConfigMap');
    // The file of haproxy is no secret, and the same for all.
    const config = everyCell.all('ConfigMap');
    expect(config.map(({ data }) => Object.keys(data ?? {}))).toEqual([['haproxy.cfg']]);
    expect(everyCell.resources.map(({ kind }) => kind)).not.toContain('Secret');
    const resources = [...everything.resources, ...everyCell.resources];
    const named = [
      ...JSON.stringify(resources).matchAll(
        /"(?:secretName|configMap|configMapKeyRef|secretKeyRef|credentials)":(?:\{"(?:key":"(?<key>[^"]+)","name|name)":)?"(?<name>[^"]+)"/g,
      ),
    ];
    expect(named.length).toBeGreaterThanOrEqual(10);
    for (const { groups } of named.filter(({ groups }) => groups!.name !== config[0]?.metadata?.name)) {
      const made = new RegExp(`^kubectl create (secret generic|configmap) ${groups!.name} .*$`, 'm').exec(
        guide,
      );
      expect(made, groups!.name).not.toBeNull();
      if (groups!.key) expect(made![0]).toContain(`--from-literal=${groups!.key}=`);
    }
    for (const workload of [...everything.workloads, ...everyCell.workloads])
      for (const { name, value } of containerOf(workload).env ?? [])
        if (/TOKEN|PASSWORD|SECRET|ACCESS_KEY|STORAGE/.test(name) && value !== '/state')
          expect(value).toBeUndefined();
  });

  it('name the image of this version', () => {
    const { version } = JSON.parse(read('package.json'));
    for (const workload of clusters.get('replicas')!.workloads)
      expect(containerOf(workload).image).toBe(`murmuration:${version}`);
    for (const workload of everything.workloads)
      expect(containerOf(workload).image).toBe(`registry.example.org/murmuration:${version}`);
  });
});

describe('what finds pods by their labels', () => {
  it('finds those of one workload, and ports that they have', () => {
    for (const [name, cluster] of clusters)
      for (const { metadata, spec } of name.includes('cells') ? [] : cluster.all('Service')) {
        const [workload, ...others] = cluster.selected(spec?.selector);
        expect(others).toEqual([]);
        expect(workload?.metadata?.name).toBe(metadata?.name);
        const ports = containerOf(workload!).ports?.map(({ name }) => name);
        for (const { targetPort } of spec?.ports ?? []) expect(ports).toContain(targetPort);
      }
    const replicas = clusters.get('replicas')!;
    for (const { spec } of replicas.all('PodDisruptionBudget'))
      expect(replicas.selected(spec?.selector?.matchLabels)).toEqual(replicas.all('Deployment'));
    for (const { spec } of replicas.all('HorizontalPodAutoscaler'))
      expect(spec?.scaleTargetRef).toMatchObject({
        kind: 'Deployment',
        name: replicas.all('Deployment')[0]?.metadata?.name,
      });
    for (const workload of replicas.workloads)
      expect(workload.spec?.selector.matchLabels).toEqual(podLabels(workload));
  });

  it('lets every pod connect, and be reached, as a policy says and not otherwise', () => {
    for (const cluster of clusters.values())
      for (const workload of cluster.workloads) {
        const policies = cluster
          .all('NetworkPolicy')
          .filter(({ spec }) => hasLabels(podLabels(workload), spec?.podSelector?.matchLabels));
        expect(new Set(policies.flatMap(({ spec }) => spec?.policyTypes ?? []))).toEqual(
          new Set(['Ingress', 'Egress']),
        );
        const entries = policies.flatMap(({ spec }) => spec?.ingress ?? []);
        expect(entries.every(({ from }) => (from ?? []).length > 0)).toBe(true);
        const open = entries.flatMap(({ ports }) => ports?.map(({ port }) => port) ?? []);
        // Health is asked by the node, which policies let in.
        const ports = containerOf(workload).ports?.filter(({ name }) => name !== 'health');
        expect(open).toEqual(ports?.map(({ containerPort }) => containerPort));
      }
    const leaves = (cluster: Cluster, workload: Workload) =>
      cluster
        .all('NetworkPolicy')
        .filter(({ spec }) => hasLabels(podLabels(workload), spec?.podSelector?.matchLabels))
        .flatMap(({ spec }) => spec?.egress ?? [])
        .flatMap(({ ports }) => ports?.map(({ port }) => port) ?? []);
    const replicas = clusters.get('replicas')!;
    expect(leaves(replicas, coordinatorOf(replicas))).toEqual([53, 53]);
    expect(leaves(replicas, replicas.all('Deployment')[0]!)).toEqual([53, 53, 8_800]);
    const standby = clusters.get('standby')!;
    expect(leaves(standby, coordinatorOf(standby))).toEqual([53, 53, 5_432]);
    expect(leaves(everything, inference()).sort()).toEqual([443, 53, 53, 5_432, 8_800].sort());
  });

  it('lets Prometheus find each service, under the job that its rules expect', () => {
    const services = everything.all('Service');
    for (const { metadata, spec } of everything.all('ServiceMonitor')) {
      const found = services.filter(each => hasLabels(each.metadata?.labels, spec?.selector.matchLabels));
      expect(found.map(each => each.metadata?.name)).toEqual([metadata?.name]);
      expect(found[0]?.spec?.ports?.map(({ name }) => name)).toContain(spec?.endpoints?.[0]?.port);
      expect(found[0]?.metadata?.labels?.[spec?.jobLabel ?? '']).toBe(metadata?.name);
    }
    const text = read('deploy/prometheus/murmuration.rules.yml');
    expect(new Set([...text.matchAll(/job="([^"]+)"/g)].map(([, job]) => job))).toEqual(
      new Set([coordinatorOf(everything).metadata?.name]),
    );
    const rules = everything.resources.find(({ kind }) => kind === 'PrometheusRule');
    const files = ['inference.rules.yml', 'murmuration.rules.yml'];
    const groups = files.flatMap(file => parse(read(`deploy/prometheus/${file}`)).groups);
    expect(rules).toMatchObject({ spec: { groups } });
  });
});

describe('the guide', () => {
  it('has YAML that the API takes, for services and overlays that there are', () => {
    // That of cells is in kubernetes-cells.test.ts.
    const [ingress] = ofGuide;
    for (const path of [...ownOverlay.resources, ...ownOverlay.components])
      expect(names(path.replace('../murmuration/deploy/kubernetes/', ''))).toContain('kustomization.yaml');
    requireValid(ingress);
    const { service } = ingress.spec.rules[0].http.paths[0].backend;
    const found = everything.all('Service').find(({ metadata }) => metadata?.name === service.name);
    expect(found?.spec?.ports).toMatchObject([{ name: service.port.name }]);
  });

  it('names each overlay and component', () => {
    for (const name of [...names('overlays'), ...names('components')])
      expect(guide).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });
});
