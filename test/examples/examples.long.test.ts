import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '@murmuration/demo/start-program';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../docs/documents.ts';
import { SourceProcess } from '../e2e/processes.ts';
import { packAll } from './packed-example.ts';
import { examine, examples, mostLines } from './run-examples.ts';

describe('npm start', () => {
  it('moves an example whose port is in use', async () => {
    const taken = createServer().on('error', () => {});
    await new Promise(resolve => taken.once('error', resolve).listen(8_800, '127.0.0.1', () => resolve(0)));
    const desk = new SourceProcess('simulations/demo/src/start.ts', ['--example', 'support']);
    try {
      const [, port] = await desk.printed(/Ask it: http:\/\/127\.0\.0\.1:(\d+)/);
      expect(port).not.toBe('8800');
    } finally {
      desk.child.kill('SIGTERM');
      await desk.ended();
      taken.close();
    }
  });

  it('says how to start the service of an example, and ends with 1', async () => {
    const dead = { MURMURATION_RABBITMQ_URL: 'amqp://guest:guest@127.0.0.1:1' };
    const weather = new SourceProcess('simulations/demo/src/start.ts', ['--example', 'weather'], dead);
    expect(await weather.ended()).toBe(1);
    expect(weather.errors).toMatch(/Start RabbitMQ by: docker run/);
  });

  it('names a package that an example lacks', async () => {
    const [folder, before, port] = [
      mkdtempSync(join(tmpdir(), 'murmuration-example-')),
      process.cwd(),
      process.env.PORT,
    ];
    writeFileSync(join(folder, 'start.js'), "import 'a-package-of-data';\n");
    try {
      await expect(startProgram(folder, ['--port', '0'])).rejects.toThrow(
        /: npm install a-package-of-data \[config\.invalid\]$/,
      );
    } finally {
      process.chdir(before);
      if (port === undefined) delete process.env.PORT;
      rmSync(folder, { recursive: true });
    }
  });
});

describe('from packed packages', () => {
  let packs: { readonly folder: string; remove(): void };

  beforeAll(async () => {
    packs = await packAll();
  });
  afterAll(() => packs?.remove());

  async function keeps(name: string): Promise<void> {
    const result = await examine(name, packs.folder);
    expect(result.lines).toBeLessThanOrEqual(mostLines);
    expect(result, JSON.stringify(result)).toMatchObject({ name, held: true });
  }

  it('every example that is a program of its own is examined', () => {
    const folders = readdirSync(join(root, 'examples'), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .filter(({ name }) => readdirSync(join(root, 'examples', name)).includes('start.js'))
      .map(({ name }) => name);
    expect(Object.keys(examples).sort()).toEqual(folders.sort());
  });
  it('clinics keeps what it promises', () => keeps('clinics'));
  it('sensors keeps what it promises', () => keeps('sensors'));
  it('support keeps what it promises', { tags: 'chromium' }, () => keeps('support'));
  it('weather keeps what it promises', { tags: 'rabbitmq' }, () => keeps('weather'));
});
