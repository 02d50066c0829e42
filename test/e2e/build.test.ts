import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const packages = ['protocol', 'engine', 'api', 'coordinator', 'client-sdk'];

/** Runs Node as a user of the built packages does: no loader, no conditions. */
function node(...args: string[]): { status: number | null; output: string } {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(root),
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function builtFiles(name: string): URL[] {
  const dist = new URL(`${name}/dist/`, root);
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.js'))
    .map(path => new URL(path, dist));
}

beforeAll(() => {
  const build = node('scripts/build.mjs');
  expect(build.status, build.output).toBe(0);
}, 120_000);

describe('the built libraries', () => {
  it.each([
    ['@murmuration/protocol/weights/codec', 'encodeUpdate'],
    ['@murmuration/engine/backend/backend', 'startBackend'],
  ])('let plain Node import %s', (path, name) => {
    const program = `console.log(typeof (await import('${path}')).${name})`;
    expect(node('--input-type=module', '--eval', program)).toEqual({ status: 0, output: 'function\n' });
  });

  it('name sources neither in imports nor as locations', () => {
    for (const file of packages.flatMap(builtFiles)) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toMatch(/from "\.[^"]+\.ts"|import\("\.[^"]+\.ts"\)/);
      for (const [, path] of text.matchAll(/new URL\("(\.[^"]+)"/g))
        expect(existsSync(new URL(path!, file)), `${path} of ${file}`).toBe(true);
    }
  });
});

describe('the Dockerfile', () => {
  const dockerfile = readFileSync(new URL('Dockerfile', root), 'utf8').replaceAll('\\\n', ' ');
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const image = stages.at(-1)!;
  /** The words of each instruction of this name. */
  const all = (name: string, stage: string) =>
    [...stage.matchAll(new RegExp(`^ *${name} +(.*)$`, 'gm'))].map(([, words]) => words!.trim());
  const list = (name: string): string[] => JSON.parse(all(name, image).at(-1)!);

  it('copies what is there, and what the build makes', () => {
    const ignored = readFileSync(new URL('.dockerignore', root), 'utf8').split('\n');
    for (const copy of stages.flatMap(stage => all('COPY', stage))) {
      const words = copy.split(/ +/);
      const from = /^--from=(\w+)$/.exec(words[0]!)?.[1];
      for (const path of words.slice(from ? 1 : 0, -1)) {
        const here = path.replace(/^\/(build|murmuration)\//, '');
        expect(existsSync(new URL(here, root)), path).toBe(true);
        // What is built comes from the stage that built it.
        if (/(^|\/)(dist|node_modules)$/.test(path)) expect(from, path).toMatch(/^(build|packages)$/);
        else if (path !== '.') expect(ignored).not.toContain(path);
      }
    }
  });

  it('gives npm the manifest of every workspace, and copies what the coordinator imports', () => {
    const { workspaces } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    for (const workspace of workspaces) expect(stages[1]).toContain(`COPY ${workspace}/package.json`);
    const { dependencies } = JSON.parse(readFileSync(new URL('coordinator/package.json', root), 'utf8'));
    const own = Object.keys(dependencies).filter(name => name.startsWith('@murmuration/'));
    for (const name of [...own, '@murmuration/coordinator'])
      expect(image).toContain(`/build/${name.split('/')[1]}/dist`);
  });

  it('runs the command line as an account that is not root, on the Node that is named throughout', () => {
    expect(all('USER', image)).toEqual(['node']);
    expect(image.indexOf('USER node')).toBeLessThan(image.indexOf('ENTRYPOINT'));
    expect(all('STOPSIGNAL', image)).toEqual(['SIGTERM']);
    for (const stage of stages) expect(stage).toMatch(/^node:22-slim\b/);
    const [program, path] = list('ENTRYPOINT');
    expect(program).toBe('node');
    expect(node(path!.replace('/murmuration/', ''), '--help')).toMatchObject({
      status: 0,
      output: expect.stringMatching(/doctor/),
    });
  });

  it('asks the coordinator for its health', async () => {
    let status = 200;
    const server = createServer(({ url }, response) =>
      response.writeHead(url === '/health/ready' ? status : 404).end(),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [, command] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(image)!;
    const [, ...args] = JSON.parse(command!) as string[];
    const check = async () => {
      const env = { MURMURATION_PORT: String((server.address() as AddressInfo).port) };
      const [code] = await once(execFile(process.execPath, args, { env }), 'exit');
      return code;
    };
    try {
      expect(await check()).toBe(0);
      status = 503;
      expect(await check()).toBe(1);
    } finally {
      server.close();
    }
  });
});
