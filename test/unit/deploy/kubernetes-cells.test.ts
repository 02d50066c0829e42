// @module-tag kubectl

import { loadConfig } from '@murmuration/coordinator/assembly/config';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Cluster, containerOf, hasLabels, type Pod, type Workload } from './cluster.ts';
import { everythingBuilt, guide, ofGuide, overlay, read } from './kubectl.ts';
import { requireValid } from './schemas.ts';

/** The overlay as it is, and with all that can be added to it. */
let cells: Cluster;
let everything: Cluster;

beforeAll(() => {
  cells = overlay('cells');
  everything = everythingBuilt('cells');
});

const named = (name: string): Workload => {
  const found = cells.workloads.find(({ metadata }) => metadata?.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
};
const front = () => named('murmuration-front');
const cell = () => named('murmuration-cell');
const entrance = () => named('murmuration');

const domain = 'learn.example.org';

/** What a container finds in its environment: as Kubernetes puts it together, earlier variables put into later ones. */
function environmentOf({ workload, name: pod }: Pod): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, value, valueFrom } of containerOf(workload).env ?? []) {
    const path = valueFrom?.fieldRef?.fieldPath;
    const { name: secret } = valueFrom?.secretKeyRef ?? {};
    if (value !== undefined) found[name] = value.replaceAll(/\$\((\w+)\)/g, (all, of) => found[of] ?? all);
    else if (path === 'metadata.name') found[name] = pod;
    else if (path === 'metadata.namespace') found[name] = 'murmuration';
    else if (valueFrom?.configMapKeyRef?.key === 'domain') found[name] = domain;
    else
      found[name] = secret === 'murmuration-postgresql' ? 'postgres://a@b/c' : 'a secret of sixteen letters';
  }
  return found;
}

const podsOf = (workload: Workload) => cells.pods.filter(pod => pod.workload === workload);

describe('the pods of the overlay "cells"', () => {
  it('read each of their variables, as fronts without tasks and cells with one', async () => {
    const reference = read('docs/reference/configuration.md');
    for (const [workload, role] of [
      [front(), 'front'],
      [cell(), 'cell'],
    ] as const)
      for (const pod of podsOf(workload)) {
        const variables = environmentOf(pod);
        const config = await loadConfig(undefined, variables);
        expect(config).toMatchObject({ role, host: '0.0.0.0', storage: 'postgres://a@b/c' });
        expect(containerOf(workload).ports).toMatchObject([{ name: 'http', containerPort: config.port }]);
        const written = JSON.stringify(containerOf(workload).env);
        for (const name of Object.keys(variables)) {
          // PostgreSQL's driver reads this one: test/unit/sql/postgresql.test.ts.
          if (name === 'PGPASSWORD' || written.includes(`$(${name})`)) continue;
          expect(reference, name).toMatch(new RegExp(`\\b${name}\\b`));
        }
        const [command, ...args] = containerOf(workload).args ?? [];
        expect(command).toBe('serve');
        expect(args.filter(arg => arg.endsWith('.js'))).toEqual(role === 'cell' ? ['tasks/task.js'] : []);
      }
  });

  it('keep nothing on volumes, and mount all that they have', () => {
    for (const workload of cells.workloads) {
      const { volumes = [] } = workload.spec!.template.spec!;
      const mounts = containerOf(workload).volumeMounts ?? [];
      expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
      expect(volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim)).toBe(false);
      expect((workload.spec as { volumeClaimTemplates?: unknown }).volumeClaimTemplates).toBeUndefined();
    }
  });

  it('are locked up, named an account, and asked for their health as those of other overlays', () => {
    const routes = read('docs/reference/http.md');
    const accounts = cells.resources.filter(({ kind }) => kind === 'ServiceAccount');
    expect(cells.workloads).toHaveLength(3);
    for (const workload of cells.workloads) {
      const pod = workload.spec!.template.spec!;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(accounts.map(({ metadata }) => metadata.name)).toContain(pod.serviceAccountName);
      const { securityContext, resources, ports, startupProbe, livenessProbe, readinessProbe } =
        containerOf(workload);
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      expect(livenessProbe).toBeDefined();
      expect(readinessProbe?.httpGet?.path).toBe('/health/ready');
      for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        if (probe?.httpGet) expect(routes).toContain(`| \`GET ${probe.httpGet.path}\` |`);
        const port = (probe?.httpGet ?? probe?.tcpSocket)?.port;
        if (probe) expect(ports?.map(({ name }) => name)).toContain(port);
      }
    }
  });

  it('have the time to end in which devices find another way', () => {
    for (const workload of [front(), entrance()]) {
      const [, wait] = containerOf(workload).lifecycle?.preStop?.exec?.command ?? [];
      expect(Number(wait)).toBeGreaterThan(0);
      const grace = workload.spec?.template.spec?.terminationGracePeriodSeconds;
      expect(Number(wait) + 45).toBeLessThan(Number(grace));
    }
    const [, hard] = /hard-stop-after (\d+)s/.exec(cells.all('ConfigMap')[0]!.data!['haproxy.cfg']!)!;
    const [, wait] = containerOf(entrance()).lifecycle?.preStop?.exec?.command ?? [];
    expect(Number(hard) + Number(wait)).toBeLessThan(
      entrance().spec!.template.spec!.terminationGracePeriodSeconds!,
    );
  });

  it('are scaled, and taken from their nodes, where there is such a workload', () => {
    expect(cells.all('HorizontalPodAutoscaler').map(({ spec }) => spec?.scaleTargetRef)).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'murmuration-front' },
    ]);
    const budgets = cells.all('PodDisruptionBudget');
    expect(budgets.map(({ spec }) => cells.selected(spec?.selector?.matchLabels))).toEqual(
      expect.arrayContaining(cells.workloads.map(workload => [workload])),
    );
    for (const { spec } of budgets) expect(spec?.maxUnavailable).toBe(1);
    const [cpu, devices] = everything.all('HorizontalPodAutoscaler')[0]!.spec!.metrics!;
    expect(cpu).toMatchObject({ resource: { name: 'cpu' } });
    const { rules } = parse(read('deploy/kubernetes/components/cells-scaling/prometheus-adapter.yaml'));
    expect(rules).toMatchObject([{ name: { as: devices?.pods?.metric.name } }]);
    expect(read('docs/reference/metrics.md')).toContain(`| \`${devices?.pods?.metric.name}\` | gauge |`);
    const [, most] = /`limits\.connections` \| [^|]* \| ([\d,]+)/.exec(read('docs/reference/limits.md'))!;
    expect(Number(devices?.pods?.target.averageValue)).toBeLessThan(Number(most!.replace(',', '')) / 2);
  });
});

describe('the addresses of the overlay "cells"', () => {
  it('lead each to the pods that they are of, at ports that these have', () => {
    const found = new Map(
      cells.all('Service').map(({ metadata, spec }) => {
        const pods = cells.pods.filter(({ labels }) => hasLabels(labels, spec?.selector));
        for (const { workload } of pods)
          for (const { targetPort } of spec?.ports ?? [])
            expect(containerOf(workload).ports?.map(({ name }) => name)).toContain(targetPort);
        return [metadata!.name!, pods.map(({ name }) => name)];
      }),
    );
    expect(Object.fromEntries(found)).toEqual({
      murmuration: ['murmuration-0', 'murmuration-1'],
      'murmuration-peer-0': ['murmuration-0'],
      'murmuration-peer-1': ['murmuration-1'],
      'murmuration-front': ['murmuration-front'],
      'murmuration-cell': ['murmuration-cell-0', 'murmuration-cell-1'],
      'murmuration-cell-0': ['murmuration-cell-0'],
      'murmuration-cell-1': ['murmuration-cell-1'],
    });
  });

  it('are at the ingress of the guide: the fronts’, and below it that of each cell, which its pod says', async () => {
    const [ofFronts, ofCells, ...others] = ofGuide;
    expect(others).toEqual([]);
    requireValid(ofCells);
    const services = cells.all('Service');
    const backends = [ofFronts, ofCells].flatMap(({ spec }) =>
      spec.rules.map((rule: { host: string; http: { paths: { backend: { service: object } }[] } }) => [
        rule.host,
        rule.http.paths[0]!.backend.service,
      ]),
    );
    expect(backends[0]).toEqual([domain, { name: 'murmuration', port: { name: 'http' } }]);
    const led = new Map(
      backends.map(([host, { name, port }]) => {
        const service = services.find(({ metadata }) => metadata?.name === name);
        expect(service?.spec?.ports?.map(each => each.name)).toContain(port.name);
        const pods = cells.pods.filter(({ labels }) => hasLabels(labels, service?.spec?.selector));
        return [`https://${host}`, pods.map(pod => pod.name)];
      }),
    );
    for (const pod of podsOf(cell())) {
      const { cellUrl } = await loadConfig(undefined, environmentOf(pod));
      expect(led.get(cellUrl!)).toEqual([pod.name]);
      expect(new URL(cellUrl!).hostname.endsWith(`.${domain}`)).toBe(true);
    }
    expect(led.size).toBe(1 + podsOf(cell()).length);
    const { tls } = ofCells.spec;
    expect(tls).toMatchObject([{ hosts: [`*.${domain}`] }]);
    expect(ofCells.metadata.annotations).toEqual(ofFronts.metadata.annotations);
  });

  it('are believed about devices: the guide names the networks of proxies', () => {
    const [, json] = /```json\n(\{\n {2}"operatorTokens"[\s\S]*?)```/.exec(guide)!;
    expect(JSON.parse(json!).trustedProxies).toEqual(['10.0.0.0/8']);
    expect(read('deploy/haproxy/fronts.cfg')).toMatch(/^ {2}option forwardfor$/m);
  });
});

/** Who connects: a pod, or somebody in a namespace that is let in. */
type Party = Pod | 'admitted';
const isPod = (party: Party): party is Pod => party !== 'admitted';

/** Whether these policies let one party connect to a port of another, both ways as Kubernetes takes them. */
function mayConnect(cluster: Cluster, from: Party, to: Party, port: number): boolean {
  const of = (pod: Pod, type: 'Ingress' | 'Egress') =>
    cluster
      .all('NetworkPolicy')
      .filter(({ spec }) => hasLabels(pod.labels, spec?.podSelector?.matchLabels))
      .filter(({ spec }) => spec?.policyTypes?.includes(type));
  const fits = (peers: readonly INetworkPolicyPeer[] | undefined, party: Party) =>
    peers === undefined ||
    peers.some(({ podSelector, namespaceSelector }) =>
      isPod(party)
        ? !namespaceSelector && hasLabels(party.labels, podSelector?.matchLabels)
        : hasLabels({ 'murmuration-access': 'true' }, namespaceSelector?.matchLabels),
    );
  const open = (ports: readonly { readonly port?: unknown }[] | undefined) =>
    ports === undefined || ports.some(each => each.port === port);
  const leaves =
    !isPod(from) ||
    of(from, 'Egress').some(({ spec }) => spec?.egress?.some(rule => fits(rule.to, to) && open(rule.ports)));
  const enters =
    !isPod(to) ||
    of(to, 'Ingress').some(({ spec }) =>
      spec?.ingress?.some(rule => fits(rule.from, from) && open(rule.ports)),
    );
  return leaves && enters;
}

describe('the network of the overlay "cells"', () => {
  /** Somebody else: no pod of these, in no namespace that is let in. */
  const outside: Pod = { name: 'outside', labels: {}, workload: {} as Workload };
  const leaves = (from: Pod, port: number) =>
    cells
      .all('NetworkPolicy')
      .filter(({ spec }) => hasLabels(from.labels, spec?.podSelector?.matchLabels))
      .some(({ spec }) =>
        spec?.egress?.some(({ to, ports }) => to === undefined && ports?.some(each => each.port === port)),
      );

  it('lets devices reach fronts by haproxy, and cells by the ingress', () => {
    for (const pod of podsOf(entrance())) {
      expect(mayConnect(cells, 'admitted', pod, 8_800)).toBe(true);
      for (const to of podsOf(front())) expect(mayConnect(cells, pod, to, 8_800)).toBe(true);
      for (const to of podsOf(cell())) expect(mayConnect(cells, pod, to, 8_800)).toBe(false);
      for (const to of podsOf(entrance())) expect(mayConnect(cells, pod, to, 10_000)).toBe(true);
      expect(mayConnect(cells, 'admitted', pod, 10_000)).toBe(false);
    }
    for (const pod of podsOf(cell())) expect(mayConnect(cells, 'admitted', pod, 8_800)).toBe(true);
  });

  it('lets fronts reach cells by the ingress, wherever the cluster leads there', () => {
    for (const pod of podsOf(front())) {
      // At its public address, or, where the cluster shortens the way, at any port of the ingress controller.
      expect(leaves(pod, 443)).toBe(true);
      expect(mayConnect(cells, pod, 'admitted', 8_443)).toBe(true);
    }
  });

  it('lets fronts and cells reach PostgreSQL and the bucket, and nobody else but what is let in', () => {
    for (const pod of [...podsOf(front()), ...podsOf(cell())]) {
      for (const port of [5_432, 443]) expect(leaves(pod, port)).toBe(true);
      expect(leaves(pod, 80)).toBe(false);
      expect(mayConnect(cells, outside, pod, 8_800)).toBe(false);
    }
    for (const pod of podsOf(entrance())) {
      expect(leaves(pod, 443)).toBe(false);
      expect(leaves(pod, 5_432)).toBe(false);
    }
  });

  it('has no selector that matches nothing', () => {
    for (const cluster of [cells, everything])
      for (const { metadata, spec } of cluster.all('NetworkPolicy')) {
        const selectors = [
          spec?.podSelector,
          ...(spec?.ingress ?? []).flatMap(({ from }) => from ?? []).map(peer => peer.podSelector),
          ...(spec?.egress ?? []).flatMap(({ to }) => to ?? []).map(peer => peer.podSelector),
        ].filter(selector => selector !== undefined);
        for (const { matchLabels } of selectors)
          expect(
            cluster.pods.filter(({ labels }) => hasLabels(labels, matchLabels)),
            metadata?.name,
          ).not.toEqual([]);
      }
    const wrong = structuredClone(cells.all('NetworkPolicy')[0]!);
    Object.assign(wrong.spec!.podSelector!, {
      matchLabels: { 'app.kubernetes.io/name': 'murmuration-fronts' },
    });
    expect(
      cells.pods.filter(({ labels }) => hasLabels(labels, wrong.spec?.podSelector?.matchLabels)),
    ).toEqual([]);
  });

  it('lets Prometheus find each front and each cell once, under the job that its rules expect', () => {
    const found = everything.all('ServiceMonitor').flatMap(({ spec }) =>
      everything
        .all('Service')
        .filter(({ metadata }) => hasLabels(metadata?.labels, spec?.selector.matchLabels))
        .map(({ metadata, spec: service }) => {
          expect(metadata?.labels?.[spec?.jobLabel ?? '']).toBe('murmuration');
          expect(service?.ports?.map(({ name }) => name)).toContain(spec?.endpoints?.[0]?.port);
          return metadata?.name;
        }),
    );
    expect(found.sort()).toEqual(['murmuration-cell', 'murmuration-front']);
    expect(read('deploy/prometheus/murmuration.rules.yml')).toContain('up{job="murmuration"}');
  });
});
