import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadInferenceConfig } from '@murmuration/cli/arguments/inference-config';
import { murmuration } from '@murmuration/cli/program';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../docs/documents.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const folder = `${root}deploy/compose/`;
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const text = read('compose.yaml');
const compose = parse(text, { merge: true }) as Compose;
const { coordinator, inference, postgresql, prometheus, grafana } = compose.services as Record<
  'coordinator' | 'inference' | 'postgresql' | 'prometheus' | 'grafana',
  Service
>;
const guide = readFileSync(`${root}deploy/README.md`, 'utf8');
const dockerfile = readFileSync(`${root}Dockerfile`, 'utf8');

/** What a volume of the host is called within, by the part of its path before the colon. */
const mounts = ({ volumes = [] }: Service) =>
  volumes.map(volume => volume.split(':') as [from: string, to: string, mode?: string]);

/** The options of a command, as the command line reads them. */
async function optionsOf({ command = [] }: Service): Promise<Record<string, string>> {
  const [name = '', ...args] = command;
  const found = (await murmuration(name)).commands.find(each => each.name() === name)!;
  expect(found.parseOptions(args).unknown).toEqual([]);
  return found.opts();
}

describe('the compose file', () => {
  it('gives both programs options that there are, and files that are theirs', async () => {
    for (const service of [coordinator, inference]) {
      const { config } = await optionsOf(service);
      expect(service.secrets?.map(name => `/run/secrets/${name}`)).toEqual([config]);
    }
    const [, task] = coordinator.command ?? [];
    expect(mounts(coordinator)).toContainEqual(['./tasks', `/murmuration/${task?.split('/')[0]}`, 'ro']);
    expect(dockerfile).toMatch(/MURMURATION_STORAGE=\/state$/m);
    expect(mounts(coordinator)).toContainEqual(['state', '/state']);
  });

  it('publishes the ports that they listen on, to this machine alone', async () => {
    const [, port] = /MURMURATION_PORT=(\d+)/.exec(dockerfile)!;
    const { from, config: _, ...options } = await optionsOf(inference);
    expect(coordinator.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(from).toBe(`http://coordinator:${port}`);
    const config = await loadInferenceConfig(options, {});
    expect(config.host).toBe('0.0.0.0');
    expect(inference.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    for (const { ports = [] } of Object.values(compose.services))
      for (const published of ports) expect(published).toMatch(/^127\.0\.0\.1:/);
  });

  it('asks the inference server for its health where there is such a route', () => {
    const [, path] = /fetch\('http:\/\/127\.0\.0\.1:8900([^']+)'\)/.exec(
      inference.healthcheck!.test.join(' '),
    )!;
    expect(readFileSync(`${root}docs/reference/http.md`, 'utf8')).toContain(`| \`GET ${path}\` |`);
    for (const name of Object.keys(inference.depends_on ?? {}))
      expect(compose.services[name]?.healthcheck !== undefined || name === 'coordinator').toBe(true);
    expect(dockerfile).toContain('HEALTHCHECK');
  });

  it('locks both containers up, with the time that they take to end', () => {
    for (const service of [coordinator, inference])
      expect(service).toMatchObject({
        image: 'murmuration',
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        stop_grace_period: '60s',
      });
  });

  it('holds no secret, and the guide makes each that it names', () => {
    for (const { environment = {} } of Object.values(compose.services))
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|TOKEN/.test(name)) expect(value).toMatch(/^\$\{\w+:\?.+\}$/);
    for (const [, name] of text.matchAll(/\$\{(\w+)/g)) expect(guide).toContain(`${name}=`);
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(guide).toContain(`\`${name}\``);
      expect(file).toBe(`./secrets/${name}`);
    }
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['secrets/', '.env']));
    const used = Object.values(compose.services).flatMap(({ secrets = [] }) => secrets);
    expect(used.sort()).toEqual(Object.keys(compose.secrets).sort());
  });

  it('mounts what is there, and keeps what has to outlive its containers', () => {
    for (const service of Object.values(compose.services))
      for (const [from] of mounts(service))
        if (/^\.\.?\//.test(from) && from !== './tasks')
          expect(existsSync(join(folder, from)), from).toBe(true);
        else if (!from.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(from);
    const kept = Object.values(compose.services).flatMap(service => mounts(service).map(([from]) => from));
    for (const name of Object.keys(compose.volumes)) expect(kept).toContain(name);
    expect(postgresql.environment).toMatchObject({ POSTGRES_PASSWORD: inference.environment?.PGPASSWORD });
  });

  it('lets Prometheus scrape both, by its rules, and Grafana show the dashboards', () => {
    const { rule_files: rules, scrape_configs: jobs } = parse(read('prometheus.yml'));
    const example = parse(read('../prometheus/prometheus.yml'));
    expect(rules).toEqual(example.rule_files.map((file: string) => `rules/${file}`));
    expect(mounts(prometheus)).toContainEqual(['../prometheus', '/etc/prometheus/rules', 'ro']);
    const ports = { coordinator: 8_800, inference: 8_900 };
    expect(jobs.map((job: { static_configs: { targets: string[] }[] }) => job.static_configs)).toEqual(
      Object.entries(ports).map(([name, port]) => [{ targets: [`${name}:${port}`] }]),
    );
    const names = (of: { job_name: string }[]) => of.map(({ job_name: name }) => name);
    expect(names(jobs)).toEqual(names(example.scrape_configs));
    for (const { authorization } of jobs)
      expect(prometheus.secrets?.map(name => `/run/secrets/${name}`)).toContain(
        authorization.credentials_file,
      );
    const { datasources } = parse(read('grafana/source.yml'));
    expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }]);
    const { providers } = parse(read('grafana/dashboards.yml'));
    expect(mounts(grafana)).toContainEqual(['../grafana', providers[0].options.path, 'ro']);
  });
});
