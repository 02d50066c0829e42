// @module-tag kubectl
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadInferenceConfig } from '@murmuration/cli/arguments/inference-config';
import { murmuration } from '@murmuration/cli/program';
import { loadConfig } from '@murmuration/coordinator/assembly/config';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { drainTimeoutMs, serveModels } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { folderModels } from '@murmuration/serving/source/folder';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifests } from '../../../scripts/kubernetes.mjs';
import { type Cluster, containerOf, type Workload } from './cluster.ts';
import { everythingBuilt, names, overlay, read } from './kubectl.ts';

const dockerfile = read('Dockerfile');

/** Each overlay as it is, and one with everything that can be added. */
let clusters: Map<string, Cluster>;
let everything: Cluster;

beforeAll(() => {
  everything = everythingBuilt();
  clusters = new Map([
    ...names('overlays').map(name => [name, overlay(name)] as const),
    ['everything', everything],
  ]);
});

const coordinatorOf = (cluster: Cluster) => cluster.all('StatefulSet')[0]!;
const inference = () => everything.all('Deployment')[0]!;

/** Whatever a program asks of its environment, with values that it can read. */
function recorded(values: Readonly<Record<string, string>>) {
  const asked = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>(values, {
    get(_, name) {
      if (typeof name === 'string') asked.add(name);
      return values[String(name)];
    },
  });
  return { env, asked };
}

/** The variables of a workload; those of secrets have a text in place of it. */
function variablesOf(workload: Workload): Record<string, string> {
  const env = containerOf(workload).env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value ?? 'a secret of sixteen letters']));
}

/** The options of a workload's arguments, as the command line reads them. */
async function optionsOf(workload: Workload): Promise<Record<string, string>> {
  const [name = '', ...args] = containerOf(workload).args ?? [];
  const command = (await murmuration(name)).commands.find(each => each.name() === name)!;
  const { unknown } = command.parseOptions(args);
  expect(unknown).toEqual([]);
  return command.opts();
}

/** A path of a container within the volume that is mounted there. */
function mounted(workload: Workload, path: string) {
  const mount = containerOf(workload).volumeMounts?.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  const volume = workload.spec?.template.spec?.volumes?.find(({ name }) => name === mount?.name);
  return { volume, file: path.slice((mount?.mountPath.length ?? 0) + 1) };
}

describe('the coordinator of the manifests', () => {
  it('reads each of its variables, and is where they say', async () => {
    const coordinator = coordinatorOf(everything);
    const { env, asked } = recorded(variablesOf(coordinator));
    const config = await loadConfig(undefined, env);
    for (const name of Object.keys(variablesOf(coordinator))) expect([...asked]).toContain(name);
    const [port] = containerOf(coordinator).ports ?? [];
    expect(config).toMatchObject({ host: '0.0.0.0', port: port?.containerPort });
    const mount = containerOf(coordinator).volumeMounts?.find(
      ({ mountPath }) => mountPath === config.storage,
    );
    expect(coordinator.spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name)).toEqual([
      mount?.name,
    ]);
  });

  it('is given options that there are, and files that are mounted', async () => {
    const coordinator = coordinatorOf(everything);
    const { config } = await optionsOf(coordinator);
    expect(mounted(coordinator, config!)).toMatchObject({
      volume: { secret: { secretName: 'murmuration-config' } },
      file: 'murmuration.json',
    });
    // Tasks lie beside the packages, in the folder that the image starts in.
    const [, task] = containerOf(coordinator).args ?? [];
    expect(dockerfile).toMatch(/^WORKDIR \/murmuration$/m);
    expect(mounted(coordinator, `/murmuration/${task}`)).toMatchObject({
      volume: { configMap: { name: 'murmuration-tasks' } },
      file: 'task.js',
    });
    expect(dockerfile).toContain(`CMD ["serve", "${task}"]`);
  });

  it('is never there twice on one storage', () => {
    for (const [name, cluster] of clusters) {
      if (name === 'standby' || name === 'cells') continue;
      const [coordinator, ...others] = cluster.all('StatefulSet');
      expect(others).toEqual([]);
      expect(coordinator).toMatchObject({
        metadata: { name: 'murmuration' },
        spec: {
          replicas: 1,
          updateStrategy: { type: 'RollingUpdate' },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        },
      });
      for (const { spec } of coordinator!.spec!.volumeClaimTemplates!)
        expect(spec?.accessModes).toEqual(['ReadWriteOnce']);
      const scaled = cluster.all('HorizontalPodAutoscaler').map(({ spec }) => spec?.scaleTargetRef.name);
      expect(scaled).not.toContain('murmuration');
    }
  });

  it('would read the variables of a service of its name, which are left out', async () => {
    const port = { MURMURATION_STORAGE: '/state', MURMURATION_PORT: 'tcp://10.0.0.1:8800' };
    await expect(loadConfig(undefined, port)).rejects.toMatchObject({ code: 'config.invalid' });
    for (const workload of everything.workloads)
      expect(workload.spec?.template.spec?.enableServiceLinks).toBe(false);
  });
});

describe('the two coordinators of the overlay "standby"', () => {
  const standby = () => coordinatorOf(clusters.get('standby')!);

  it('share a database, which one of them has, and tell their health on a port of its own', async () => {
    const variables = {
      ...variablesOf(standby()),
      MURMURATION_STORAGE: 'postgres://murmuration@database/state',
    };
    const { env, asked } = recorded(variables);
    const config = await loadConfig(undefined, env);
    // PostgreSQL's driver reads this one: test/unit/sql/postgresql.test.ts.
    for (const name of Object.keys(variables)) if (name !== 'PGPASSWORD') expect([...asked]).toContain(name);
    expect(config).toMatchObject({ host: '0.0.0.0', standby: true });
    const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf(standby());
    expect(ports?.map(each => [each.name, each.containerPort])).toEqual([
      ['http', config.port],
      ['health', config.healthPort],
    ]);
    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect(probe?.httpGet?.port).toBe('health');
    const routes = clusters
      .get('standby')!
      .all('Service')
      .find(({ metadata }) => metadata?.name === 'murmuration');
    expect(routes?.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(['http']);
  });

  it('wait for no pod to be ready, and keep nothing on a volume', () => {
    expect(standby().spec).toMatchObject({
      replicas: 2,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
    });
    expect(standby().spec?.volumeClaimTemplates).toBeUndefined();
    const { volumes = [] } = standby().spec!.template.spec!;
    const mounts = containerOf(standby()).volumeMounts ?? [];
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
    // A budget would keep the node of the one that works from being drained: of two pods one is never ready.
    const budgets = clusters.get('standby')!.all('PodDisruptionBudget');
    for (const { spec } of budgets)
      expect(clusters.get('standby')!.selected(spec?.selector?.matchLabels)).not.toContain(standby());
  });
});

describe('the replicas of the manifests', () => {
  it('read each of their variables, or are given it as an argument', async () => {
    const { env, asked } = recorded(variablesOf(inference()));
    await loadInferenceConfig(await optionsOf(inference()).then(({ config: _, ...rest }) => rest), env);
    const args = containerOf(inference()).args ?? [];
    const others = Object.keys(variablesOf(inference())).filter(name => !asked.has(name));
    // PostgreSQL's driver reads this one: test/unit/sql/postgresql.test.ts.
    expect(others.filter(name => name !== 'PGPASSWORD' && !args.includes(`$(${name})`))).toEqual([]);
    expect(args.filter(arg => /\$\(/.test(arg))).toEqual(['$(MURMURATION_PRECOMPUTED)']);
  });

  it('listen where their ports are, and load from the service of the coordinator', async () => {
    const { config, ...options } = await optionsOf(inference());
    const {
      host,
      port,
      inference: settings,
    } = await loadInferenceConfig(options, {
      MURMURATION_MONITOR_TOKEN: 'a token of the coordinator',
    });
    expect(host).toBe('0.0.0.0');
    const ports = containerOf(inference()).ports?.map(each => [each.name, each.containerPort]);
    expect(ports).toEqual([
      ['http', port],
      ['grpc', settings.grpc?.port],
    ]);
    expect(settings.report).toMatchObject({ url: options.from });
    const { hostname, port: asked, protocol } = new URL(options.from!);
    const service = everything.all('Service').find(({ metadata }) => metadata?.name === hostname);
    expect(service?.spec?.ports).toMatchObject([{ port: Number(asked), appProtocol: protocol.slice(0, -1) }]);
    expect(everything.selected(service?.spec?.selector)).toEqual([coordinatorOf(everything)]);
    for (const file of [config!, options.precompute!])
      expect(Object.keys(mounted(inference(), file).volume ?? {})).not.toEqual([]);
    expect(mounted(inference(), config!).file).toBe('inference.json');
    expect(mounted(inference(), options.precompute!).file).toBe('jobs.json');
  });

  it('have more memory than their models may take', () => {
    const { memory } = inferenceSchema.parse({});
    const limit = /^(\d+)Gi$/.exec(String(containerOf(inference()).resources?.limits?.memory));
    expect(Number(limit?.[1]) * 2 ** 30).toBeGreaterThan(memory * 1.5);
  });

  it('are told by requests that wait, by the name that the adapter gives a metric', () => {
    const [autoscaler] = everything.all('HorizontalPodAutoscaler');
    const [cpu, pods] = autoscaler?.spec?.metrics ?? [];
    expect(cpu).toMatchObject({ resource: { name: 'cpu' } });
    const { rules } = parse(manifests.get('components/queue-scaling/prometheus-adapter.yaml')!);
    expect(rules).toMatchObject([{ name: { as: pods?.pods?.metric.name } }]);
    const [, series] = /^(\w+)_sum\{/.exec(rules[0].seriesQuery)!;
    expect(read('docs/reference/metrics.md')).toContain(`| \`${series}\` | histogram |`);
    expect(clusters.get('replicas')!.all('HorizontalPodAutoscaler')[0]?.spec?.metrics).toEqual([cpu]);
  });
});

describe('the pods of the manifests', () => {
  it('may do no more than the profile "restricted" allows, and write to their volumes alone', () => {
    for (const workload of everything.workloads) {
      const pod = workload.spec!.template.spec!;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const name of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'] as const)
        expect(pod[name]).toBeUndefined();
      expect(containerOf(workload).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      for (const { name: _, ...volume } of pod.volumes ?? [])
        expect(['configMap', 'emptyDir', 'secret']).toEqual(expect.arrayContaining(Object.keys(volume)));
      expect(containerOf(workload).resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      const accounts = everything.resources.filter(({ kind }) => kind === 'ServiceAccount');
      expect(accounts.map(({ metadata }) => metadata.name)).toContain(pod.serviceAccountName);
    }
  });

  it('run as the account of the image, which owns the volumes', () => {
    // The account "node" of the image that it is built on has the number 1000.
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('chown node:node /state');
    for (const workload of everything.workloads)
      expect(workload.spec?.template.spec?.securityContext).toMatchObject({
        runAsUser: 1000,
        runAsGroup: 1000,
        fsGroup: 1000,
      });
  });

  it('have the time that the program takes to end', () => {
    const [, ofUnit] = /^TimeoutStopSec=(\d+)$/m.exec(read('deploy/systemd/murmuration.service'))!;
    for (const workload of everything.workloads)
      expect(workload.spec?.template.spec?.terminationGracePeriodSeconds).toBe(Number(ofUnit));
    // Until no more requests come; then what brokers brought, then what HTTP did, then gRPC.
    const [, wait] = containerOf(inference()).lifecycle?.preStop?.exec?.command ?? [];
    expect(Number(wait) + (3 * drainTimeoutMs) / 1_000).toBeLessThan(Number(ofUnit));
  });

  it('are asked for their health where there are such routes, by a port that they have', () => {
    const routes = read('docs/reference/http.md');
    for (const workload of everything.workloads) {
      const { startupProbe, livenessProbe, readinessProbe, ports } = containerOf(workload);
      for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        expect(routes).toContain(`| \`GET ${probe?.httpGet?.path}\` |`);
        expect(ports?.map(({ name }) => name)).toContain(probe?.httpGet?.port);
      }
    }
  });

  it('are ended within 20 s where they hang, as systemd and the checks of containers have it', () => {
    for (const [name, { workloads }] of clusters)
      for (const workload of workloads) {
        const { periodSeconds = 10, failureThreshold = 3 } = containerOf(workload).livenessProbe!;
        expect(periodSeconds * failureThreshold, `${name}: ${workload.metadata?.name}`).toBeLessThanOrEqual(
          20,
        );
      }
    const [, ofUnit] = /^WatchdogSec=(\d+)$/m.exec(read('deploy/systemd/murmuration.service'))!;
    expect(Number(ofUnit)).toBeLessThanOrEqual(20);
    const [, interval, retries] = /^HEALTHCHECK --interval=(\d+)s .*--retries=(\d+) /m.exec(dockerfile)!;
    expect(Number(interval) * Number(retries)).toBeLessThanOrEqual(20);
    const { healthcheck } = parse(read('deploy/compose/compose.yaml')).services.inference;
    expect(Number.parseInt(healthcheck.interval, 10) * (healthcheck.retries ?? 3)).toBeLessThanOrEqual(20);
  });

  it('answer those who ask for the health of a replica without a token, and only those', async () => {
    const models = mkdtempSync(join(tmpdir(), 'murmuration-models-'));
    const token = { id: 'aaaaaaaaaaaaaaaa', name: 'shop', rights: ['predict'], sha256: '0'.repeat(64) };
    const { url, close } = await serveModels({
      source: await folderModels(models, systemClock),
      settings: inferenceSchema.parse({ tokens: [token] }),
      port: 0,
    });
    const ask = async (path = '') =>
      (await fetch(url + path, { headers: { 'x-forwarded-for': '10.0.0.1' } })).status;
    const { livenessProbe, readinessProbe } = containerOf(inference());
    expect(await ask(livenessProbe?.httpGet?.path)).toBe(200);
    expect(await ask(readinessProbe?.httpGet?.path)).toBe(200);
    const [, monitor] = everything.all('ServiceMonitor');
    expect(await ask(monitor?.spec?.endpoints?.[0]?.path)).toBe(401);
    await close();
    rmSync(models, { recursive: true });
  });
});
