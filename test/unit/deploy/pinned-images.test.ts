import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../docs/documents.ts';
import { pinImages } from '../../image/pin.ts';

const files = ['Dockerfile', 'deploy/compose/compose.yaml', 'scripts/kubernetes/entrance.mjs'];
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

let folder: string;
let asked: string[];
let known: Record<string, string>;
let url: string;

/** A registry that wants a token for each repository, as Docker's does. */
const registry = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://registry');
  if (pathname === '/token') {
    response.end(JSON.stringify({ token: `may:${searchParams.get('scope')}` }));
    return;
  }
  const [, repository, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname)!;
  const scope = `repository:${repository}:pull`;
  if (request.headers.authorization !== `Bearer may:${scope}`) {
    response.writeHead(401, {
      'www-authenticate': `Bearer realm="${url}/token",service="registry",scope="${scope}"`,
    });
    response.end();
    return;
  }
  asked.push(`${request.method} ${repository}:${tag}`);
  const found = known[repository!];
  response.writeHead(found ? 200 : 404, found ? { 'docker-content-digest': found } : {});
  response.end();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'murmuration-pin-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  asked = [];
  known = {
    'library/node': digest('a'),
    'library/postgres': digest('b'),
    'prom/prometheus': digest('c'),
    'grafana/grafana': digest('d'),
    'library/haproxy': digest('e'),
  };
  await new Promise<void>(resolve => registry.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise(resolve => registry.close(resolve));
  rmSync(folder, { recursive: true });
});

describe('npm run image -- --pin', () => {
  const read = () => files.map(file => readFileSync(join(folder, file), 'utf8'));

  it('writes the digest that the registry names behind each tag, and others in their place later', async () => {
    const pinned = await pinImages(folder, url);
    expect(pinned).toHaveLength(5);
    const [dockerfile, compose, entrance] = read() as [string, string, string];
    expect(dockerfile.match(/^FROM .*/gm)).toEqual([
      `FROM node:22-slim@${digest('a')} AS build`,
      `FROM node:22-slim@${digest('a')} AS packages`,
      `FROM node:22-slim@${digest('a')}`,
    ]);
    expect(compose).toMatch(new RegExp(`image: prom/prometheus:v[\\d.]+@${digest('c')}$`, 'm'));
    // The image that is built here is in no registry.
    expect(compose).toMatch(/^ {2}image: murmuration$/m);
    expect(entrance).toContain(`haproxyImage = 'haproxy:3.0@${digest('e')}';`);
    known['library/node'] = digest('f');
    await pinImages(folder, url);
    expect(read()[0]!.match(/@sha256\S+/g)).toEqual(Array(3).fill(`@${digest('f')}`));
    // Once for each image of each run.
    expect(asked.filter(line => line === 'HEAD library/node:22-slim')).toHaveLength(2);
  });

  it('writes nothing unless all are known', async () => {
    const before = read();
    delete known['grafana/grafana'];
    await expect(pinImages(folder, url)).rejects.toThrow(/no digest of grafana\/grafana:.* answered 404/);
    known['grafana/grafana'] = 'sha256:short';
    await expect(pinImages(folder, url)).rejects.toThrow(/no digest of grafana\/grafana/);
    expect(read()).toEqual(before);
  });
});
