import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadInferenceConfig } from '@murmuration/cli/arguments/inference-config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-config-'));
  config = join(folder, 'config.json');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the option --log', () => {
  it('names the folder of a log, and leaves all else as it is written', async () => {
    const log = { rate: 0.5, files: { folder: 'written', chain: 'keyed' } };
    await writeFile(config, JSON.stringify({ port: 1, inference: { maxBatch: 7, log } }));
    const { port, inference } = await loadInferenceConfig({ config, log: 'given', grpc: '5' });
    expect(port).toBe(1);
    expect(inference).toMatchObject({ maxBatch: 7, grpc: { port: 5 } });
    expect(inference.log).toMatchObject({ rate: 0.5, files: { folder: 'given', chain: 'keyed' } });
    expect((await loadInferenceConfig({ log: 'given' })).inference.log?.files?.folder).toBe('given');
    expect((await loadInferenceConfig({})).inference.log).toBeNull();
  });

  it('covers up nothing that is wrong with the file', async () => {
    for (const inference of [7, { log: 7 }, { log: { files: 7 } }]) {
      await writeFile(config, JSON.stringify({ inference }));
      await expect(loadInferenceConfig({ config, log: 'given' })).rejects.toMatchObject({
        code: 'config.invalid',
      });
    }
  });
});

describe('what is wrong with the log', () => {
  it('is said without the secrets that it holds', async () => {
    const sasl = { mechanism: 'hidden', username: 'hidden', password: 'hidden'.repeat(1_000) };
    const log = {
      http: { url: 'ftp://user:hidden@host/', token: 'hid den' },
      database: { address: 'postgres://user:hidden@host/db', table: 'hidden DROP' },
      kafka: { brokers: ['hidden'], topic: 'hidden topic', sasl },
    };
    await writeFile(config, JSON.stringify({ inference: { log } }));
    const { detail } = await loadInferenceConfig({ config }).then(
      () => ({ detail: '' }),
      error => error,
    );
    for (const field of ['http.url', 'http.token', 'database.table', 'kafka.topic', 'kafka.sasl.password'])
      expect(detail).toContain(`inference.log.${field}`);
    expect(detail).not.toMatch(/hid/);
  });
});
