// @module-tag haproxy
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { haproxyConfiguration } from '../../../scripts/kubernetes/entrance.mjs';
import { mostFronts } from '../../../scripts/kubernetes/fronts.mjs';
import { root } from '../../docs/documents.ts';
import { freePorts } from '../../free-port.ts';
import { ClusterNames } from './cluster-names.ts';

const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const path = [process.env.HAPROXY_FOLDER, process.env.PATH, '/usr/sbin'].filter(Boolean).join(delimiter);
const folder = mkdtempSync(join(tmpdir(), 'murmuration-haproxy-'));
const file = join(folder, 'haproxy.cfg');

/** Where the fronts of the test are: each its own address of this machine, all with one port, as pods. */
const addresses = ['127.0.0.2', '127.0.0.3'];
let names: ClusterNames;
let fronts: Server[];
const entrances: ChildProcess[] = [];
/** Of what listens: haproxy twice, and the one port of the fronts. */
let ports: readonly number[];

/** Front `index`: makes tokens, and says which it is, and where a request comes from. */
function front(index: number): Server {
  return createServer((request, response) => {
    if (request.method === 'POST')
      response.setHeader('Murmuration-Connection', `token-${index}-${Math.random()}`);
    response.setHeader('x-front', String(index));
    response.setHeader('x-came', String(request.headers['x-forwarded-for']));
    response.end();
  });
}

beforeAll(async () => {
  names = await ClusterNames.start();
  ports = await freePorts(5);
  const [, , port, ...peers] = ports;
  // What a cluster provides, played here: its name server, the services of peers, and the port that all pods have.
  writeFileSync(
    file,
    haproxyConfiguration
      .replace('parse-resolv-conf', `nameserver test 127.0.0.1:${names.port}`)
      .replaceAll(/murmuration-peer-(\d):10000/g, (_, index) => `127.0.0.1:${peers[index]}`)
      .replace('maxconn 40000', 'maxconn 1000')
      .replace('":10000"', '"127.0.0.1:$PEER_PORT"')
      .replaceAll('8800', String(port)),
  );
  fronts = await Promise.all(
    addresses.map(async (address, index) => {
      const server = front(index);
      await new Promise<void>(resolve => server.listen(port, address, resolve));
      return server;
    }),
  );
  names.addresses = addresses;
  for (const index of [0, 1])
    entrances.push(
      spawn('haproxy', ['-db', '-f', file, '-L', `murmuration-${index}`], {
        env: {
          PATH: path,
          POD_NAME: `murmuration-${index}`,
          FRONTS: 'murmuration-front.murmuration.svc.cluster.local',
          LISTEN: `127.0.0.1:${ports[index]}`,
          PEER_PORT: String(peers[index]),
        },
        stdio: 'ignore',
      }),
    );
});

afterAll(async () => {
  for (const each of entrances) each.kill('SIGKILL');
  await Promise.all(
    fronts.map(
      server =>
        new Promise(resolve => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    ),
  );
  names.close();
  rmSync(folder, { recursive: true });
});

async function ask(entrance: number, init?: RequestInit) {
  const { status, headers } = await fetch(`http://127.0.0.1:${ports[entrance]}/v1/connections`, init);
  return {
    status,
    front: headers.get('x-front'),
    came: headers.get('x-came'),
    token: headers.get('murmuration-connection'),
  };
}

/** Asks until these fronts, and no others, have answered one after another. */
async function untilAnswers(entrance: number, wanted: ReadonlySet<string>): Promise<void> {
  await expect
    .poll(
      async () => {
        const answers: string[] = [];
        for (let i = 0; i < 6; i++) {
          const answer = await ask(entrance).catch(() => undefined);
          answers.push(answer?.status === 200 ? answer.front! : 'none');
        }
        return [...new Set(answers)].sort();
      },
      { interval: 100 },
    )
    .toEqual([...wanted].sort());
}

const shown = (token: string | null) => ({ headers: { authorization: `Bearer ${token}` } });

describe('haproxy in front of fronts', () => {
  it('takes both configurations, of machines and of a cluster', () => {
    const env = { PATH: path, LISTEN: '127.0.0.1:1', FIRST: '127.0.0.1:2', SECOND: '127.0.0.1:3' };
    const check = (of: string, more: Record<string, string> = {}) =>
      execFileSync('haproxy', ['-c', '-f', of, '-L', more.POD_NAME ?? 'a machine'], {
        env: { ...env, ...more },
        stdio: 'pipe',
      });
    check(new URL('../../../deploy/haproxy/fronts.cfg', import.meta.url).pathname);
    for (const POD_NAME of ['murmuration-0', 'murmuration-1'])
      check(file, { POD_NAME, FRONTS: 'murmuration-front.x.svc.cluster.local', PEER_PORT: '4' });
    writeFileSync(`${file}.wrong`, 'backend fronts\n  stick-table of nothing\n');
    expect(() => check(`${file}.wrong`)).toThrow(/stick-table/);
  });

  it('is set up in a cluster as on machines, but for where fronts are', () => {
    const lines = (text: string) =>
      text
        .split('\n')
        .map(line => line.replace(/ peers entrances$/, ''))
        .filter(line => line.trim() !== '' && !line.startsWith('#'));
    const machines = lines(read('deploy/haproxy/fronts.cfg')).filter(line => !line.startsWith('  server '));
    const made = lines(haproxyConfiguration);
    const begin = made.indexOf('defaults');
    const slots = made.at(-1)!;
    expect(made.slice(begin, -1)).toEqual(machines);
    expect(slots).toMatch(/^ {2}server-template front \d+ "\$\{FRONTS\}:8800"/);
    // All fronts, and those that take their places in an update.
    const [autoscaler] = [parse(read('deploy/kubernetes/base/front/autoscaler.yaml'))];
    expect(autoscaler.spec.maxReplicas).toBe(mostFronts);
    expect(Number(/ (\d+) /.exec(slots)![1])).toBeGreaterThan(mostFronts + 1);
    const env = parse(read('deploy/kubernetes/base/entrance/stateful-set.yaml')).spec.template.spec
      .containers[0].env as { name: string }[];
    for (const [, variable] of haproxyConfiguration.matchAll(/\$\{?(\w+)/g))
      expect(env.map(({ name }) => name)).toContain(variable);
  });

  it('leads requests of a connection to the front that has it, whichever haproxy they come by', async () => {
    for (const entrance of [0, 1]) await untilAnswers(entrance, new Set(['0', '1']));
    const owners = new Set<string | null>();
    for (let i = 0; i < 6; i++) {
      const { token, front: owner } = await ask(i % 2, { method: 'POST' });
      owners.add(owner);
      for (let again = 0; again < 4; again++) expect((await ask(i % 2, shown(token))).front).toBe(owner);
      // The other one hears of it a moment later.
      await expect
        .poll(async () => {
          const answers = [];
          for (let again = 0; again < 4; again++) answers.push((await ask(1 - (i % 2), shown(token))).front);
          return answers;
        })
        .toEqual(Array(4).fill(owner));
    }
    expect([...owners].sort()).toEqual(['0', '1']);
  });

  it('tells fronts where a request comes from', async () => {
    expect((await ask(0)).came).toBe('127.0.0.1');
    const { came } = await ask(0, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(came).toBe('203.0.113.7, 127.0.0.1');
  });

  it('sends nobody to a front that the cluster no longer names', async () => {
    const { token } = await ask(0, { method: 'POST' });
    names.addresses = [addresses[1]!];
    for (const entrance of [0, 1]) await untilAnswers(entrance, new Set(['1']));
    expect((await ask(0, shown(token))).front).toBe('1');
    names.addresses = addresses;
    for (const entrance of [0, 1]) await untilAnswers(entrance, new Set(['0', '1']));
  });
});
