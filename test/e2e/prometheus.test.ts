// @module-tag prometheus
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PlatformClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboards } from '../../scripts/dashboards.mjs';
import { freePort } from '../free-port.ts';
import { enrolmentToken, eventOf, lineClient, lineTask } from './line.ts';

const rules = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

const viewer = mintToken('operator', systemRandom, native);

/** Prometheus' own programs: those of PROMETHEUS_FOLDER, else of PATH; `npm test` provides them. */
const path = [process.env.PROMETHEUS_FOLDER, process.env.PATH].filter(Boolean).join(delimiter);

function promtool(args: readonly string[], input?: string): string {
  return execFileSync('promtool', args, {
    cwd: rules,
    env: { ...process.env, PATH: path },
    encoding: 'utf8',
    ...(input !== undefined && { input }),
  });
}

/** What is measured only where there is feedback, a reference or a job: a zero in its place would say that all is wrong. */
const unmeasured =
  /^(time\(\) - )?murmuration_(model_accuracy|model_outcomes_known|drift_features_drifted|drift_score|precompute_last_success)/;

const files = (pattern: RegExp) => readdirSync(rules).filter(name => pattern.test(name));

describe('the alert rules', () => {
  it('are what Prometheus takes, by its example configuration as well', () => {
    expect(promtool(['check', 'rules', ...files(/\.rules\.yml$/)])).toMatch(/SUCCESS/);
    // It names the files of tokens, which whoever runs it makes.
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-promtool-'));
    cpSync(rules, folder, { recursive: true });
    for (const file of ['murmuration.token', 'inference.token'])
      writeFileSync(join(folder, file), viewer.text);
    expect(promtool(['check', 'config', join(folder, 'prometheus.yml')])).toMatch(/SUCCESS/);
    rmSync(folder, { recursive: true });
  });

  it('fire when they should, and not otherwise', () => {
    const tests = files(/\.rules\.test\.yml$/);
    expect(tests.map(name => name.replace('.test', ''))).toEqual(files(/\.rules\.yml$/));
    expect(promtool(['test', 'rules', ...tests])).not.toMatch(/FAILED/);
  });

  it('are each tested', () => {
    const tested = files(/\.test\.yml$/).map(name => readFileSync(join(rules, name), 'utf8'));
    for (const name of files(/\.rules\.yml$/))
      for (const [, alert] of readFileSync(join(rules, name), 'utf8').matchAll(/alert: (\w+)/g))
        expect(tested.join('\n')).toMatch(
          new RegExp(`alertname: ${alert}\\n\\s+eval_time.*\\n\\s+exp_alerts:\\n`),
        );
  });
});

describe('a Prometheus that scrapes a running federation', () => {
  let coordinator: Coordinator;
  let clients: PlatformClient[];
  let folder: string;
  let url: string;
  /** The time of a scrape that was answered, s since 1970: on a busy machine one may come too late, and takes all away until the next. */
  let scraped: number;
  let stop: () => Promise<void>;

  const ask = async (
    query: string,
    at?: number,
  ): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
    const asked = new URLSearchParams({ query, ...(at !== undefined && { time: String(at) }) });
    const answer = await (await fetch(`${url}/api/v1/query?${asked}`)).json();
    expect(answer, query).toMatchObject({ status: 'success' });
    return answer.data.result;
  };

  /** The time of the last scrape, once it and four before it were answered: Prometheus scrapes and starts at its own pace. */
  const fifthScrape = async (): Promise<number> => {
    for (;;) {
      const [found] = await ask('timestamp(up) and up == 1 and sum_over_time(up[1m]) >= 5').catch(() => []);
      if (found) return Number(found.value[1]);
      await pause(200);
    }
  };

  beforeAll(async () => {
    const { id, digest } = viewer.proof;
    const { text: inferenceToken, ...listed } = mintInferenceToken(systemRandom, native);
    const operatorTokens = [{ id, name: 'prometheus', role: 'viewer', sha256: hex(digest) }];
    coordinator = await createCoordinator(
      parseConfig({
        port: 0,
        log: 'silent',
        enrolmentTokens: [enrolmentToken],
        operatorTokens,
        inference: { tokens: [{ ...listed, name: 'caller', rights: ['predict'] }] },
      }),
      [
        lineTask({
          evaluation: { evaluate: async () => ({ loss: 0.5 }), close: async () => {} },
        } as Parameters<typeof lineTask>[0]),
      ],
    );
    clients = Array.from({ length: 4 }, (_, index) => lineClient(coordinator.url, index));
    await Promise.all(clients.map(client => client.start()));
    const second = eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number === 2);
    await coordinator.start();
    await second;
    // Something that is refused.
    await fetch(`${coordinator.url}/v1/tasks/none`);
    const body = JSON.stringify({ instances: [[1]] });
    const predicted = await fetch(`${coordinator.url}/v1/models/line:predict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${inferenceToken}` },
      body,
    });
    expect(predicted.status).toBe(200);

    folder = await mkdtemp(join(tmpdir(), 'murmuration-prometheus-'));
    const config = {
      global: { scrape_interval: '500ms' },
      rule_files: [join(rules, 'murmuration.rules.yml'), join(rules, 'inference.rules.yml')],
      scrape_configs: [
        {
          job_name: 'murmuration',
          authorization: { credentials_file: join(folder, 'murmuration.token') },
          static_configs: [{ targets: [new URL(coordinator.url).host] }],
        },
      ],
    };
    // YAML is a superset of JSON.
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
    await writeFile(join(folder, 'murmuration.token'), viewer.text);
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    const prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { env: { ...process.env, PATH: path }, stdio: 'ignore' },
    );
    stop = async () => {
      const ended = once(prometheus, 'exit');
      prometheus.kill('SIGTERM');
      await ended;
    };
    await once(prometheus, 'spawn');
    scraped = await fifthScrape();
  });

  afterAll(async () => {
    await stop?.();
    await Promise.all(clients.map(client => client.stop()));
    await coordinator.stop();
    await rm(folder, { recursive: true });
  });

  it('finds metrics that keep to its conventions', async () => {
    const headers = { authorization: `Bearer ${viewer.text}` };
    const metrics = await (await fetch(`${coordinator.url}/metrics`, { headers })).text();
    expect(metrics).toContain('murmuration_rounds_total{');
    // It fails where it has anything to say.
    expect(promtool(['check', 'metrics'], metrics)).toBe('');
  });

  it('finds the coordinator up, takes its rules, and has no alert of it', async () => {
    expect(await ask('up', scraped)).toMatchObject([
      { metric: { job: 'murmuration' }, value: [expect.any(Number), '1'] },
    ]);
    const { data } = await (await fetch(`${url}/api/v1/rules`)).json();
    const all = data.groups.flatMap((group: { rules: { health: string }[] }) => group.rules);
    expect(all.length).toBeGreaterThanOrEqual(6);
    for (const rule of all) expect(rule).not.toMatchObject({ health: 'err' });
  });

  it.each(dashboards)(
    'has data for every query of every panel of $file, except of what nobody measures',
    async ({ json }) => {
      const dashboard = JSON.parse(json) as Dashboard;
      const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
      expect(queries.length).toBeGreaterThan(15);
      for (const query of queries) {
        const asked = query
          .replaceAll('$__rate_interval', '30s')
          .replaceAll('$__range', '1h')
          .replaceAll('$job', 'murmuration')
          .replaceAll('$task', '.*')
          .replaceAll('$model', '.*');
        expect(asked).not.toContain('$');
        if (!unmeasured.test(query)) expect((await ask(asked, scraped)).length, query).toBeGreaterThan(0);
      }
    },
  );
});

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

describe('the Grafana dashboards', () => {
  it.each(dashboards)('are what their code makes: $file', ({ file, json }) => {
    expect(readFileSync(file, 'utf8')).toBe(json);
  });
});
