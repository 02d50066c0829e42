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
    const { port, inference } = await loadInferenceConfig({ config, log: 'given', grpc: '5' }, {});
    expect(port).toBe(1);
    expect(inference).toMatchObject({ maxBatch: 7, grpc: { port: 5 } });
    expect(inference.log).toMatchObject({ rate: 0.5, files: { folder: 'given', chain: 'keyed' } });
    expect((await loadInferenceConfig({ log: 'given' }, {})).inference.log?.files?.folder).toBe('given');
    expect((await loadInferenceConfig({}, {})).inference.log).toBeNull();
  });

  it('covers up nothing that is wrong with the file', async () => {
    for (const inference of [7, { log: 7 }, { log: { files: 7 } }]) {
      await writeFile(config, JSON.stringify({ inference }));
      await expect(loadInferenceConfig({ config, log: 'given' }, {})).rejects.toMatchObject({
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
      database: { address: 'postgres://user:hidden@host/db'.padEnd(2_001, 'x') },
      kafka: { brokers: ['hidden'], topic: 'hidden topic', sasl },
    };
    await writeFile(config, JSON.stringify({ inference: { log } }));
    const { detail } = await loadInferenceConfig({ config }, {}).then(
      () => ({ detail: '' }),
      error => error,
    );
    for (const field of ['http.url', 'http.token', 'database.address', 'kafka.topic', 'kafka.sasl.password'])
      expect(detail).toContain(`inference.log.${field}`);
    expect(detail).not.toMatch(/hid/);
  });
});

describe('brokers', () => {
  const env = { MURMURATION_RABBITMQ_URL: 'amqp://variable', MURMURATION_KAFKA_PASSWORD: 'variable' };

  it('are none unless something names them, and options override variables, and those the file', async () => {
    expect(await loadInferenceConfig({}, env)).not.toHaveProperty('rabbitmq');
    await writeFile(
      config,
      JSON.stringify({
        rabbitmq: { url: 'amqp://written', queue: 'written', replyTo: ['a'] },
        kafka: {
          brokers: ['written:1'],
          topic: 'written',
          sasl: { mechanism: 'scram-sha-256', username: 'written', password: 'written' },
        },
      }),
    );
    const { rabbitmq, kafka } = await loadInferenceConfig({ config, queue: 'given', kafka: 'a:1,b:2' }, env);
    expect(rabbitmq).toMatchObject({ url: 'amqp://variable', queue: 'given', replyTo: ['a'] });
    expect(kafka).toMatchObject({
      brokers: ['a:1', 'b:2'],
      topic: 'written',
      answers: 'written.answers',
      sasl: { username: 'written', password: 'variable' },
    });
    expect((await loadInferenceConfig({ kafka: 'kafka+ssl://a:1', topic: 'b' }, {})).kafka).toMatchObject({
      brokers: ['a:1'],
      tls: true,
    });
    const given = await loadInferenceConfig({ rabbitmq: 'amqps://given', queue: 'q' }, env);
    expect(given.rabbitmq?.url).toBe('amqps://given');
  });

  it.each([
    ['rabbitmq.url', { rabbitmq: { url: 'http://user:secret@host', queue: 'q' } }],
    ['rabbitmq.queue', { rabbitmq: { url: 'amqp://user:secret@host', queue: 'a b' } }],
    ['kafka.answers', { kafka: { brokers: ['a:1'], topic: 'one', answers: 'one' } }],
    [
      'kafka.sasl.mechanism',
      {
        kafka: {
          brokers: ['a:1'],
          topic: 'one',
          sasl: { mechanism: 'plain', username: 'u', password: 'secret' },
        },
      },
    ],
  ])('are refused with a wrong %s, without their secrets', async (field, written) => {
    await writeFile(config, JSON.stringify(written));
    const { detail } = await loadInferenceConfig({ config }, {}).then(
      () => ({ detail: '' }),
      error => error,
    );
    expect(detail).toContain(field);
    expect(detail).not.toContain('secret');
  });
});

describe('the token of a monitor', () => {
  const MURMURATION_MONITOR_TOKEN = 'mmi_token';

  it('makes a replica tell the coordinator that models come from what it predicts', async () => {
    const from = 'https://learn.example.org';
    const { report } = (await loadInferenceConfig({ from }, { MURMURATION_MONITOR_TOKEN })).inference;
    expect(report).toEqual({ url: from, token: 'mmi_token' });
    expect((await loadInferenceConfig({ from }, {})).inference.report).toBeNull();
  });

  it('stands beside what the file says, which may name another coordinator, or none', async () => {
    const load = async (report: unknown, from = 'http://a') => {
      await writeFile(config, JSON.stringify({ inference: { report } }));
      return (await loadInferenceConfig({ config, from }, { MURMURATION_MONITOR_TOKEN })).inference.report;
    };
    expect(await load({ url: 'http://b', token: 'written' })).toEqual({
      url: 'http://b',
      token: 'mmi_token',
    });
    expect(await load({ token: 'written' }, './models')).toEqual({ token: 'mmi_token' });
    expect(await load(null)).toBeNull();
  });

  it('is never repeated in what is said of a wrong file', async () => {
    await writeFile(config, JSON.stringify({ inference: { report: { token: 'secret-token', url: 1 } } }));
    const { detail } = await loadInferenceConfig({ config, from: 'http://a' }, {}).then(
      () => Promise.reject(new Error('It was read.')),
      error => error,
    );
    expect(detail).toContain('report.url');
    expect(detail).not.toContain('secret-token');
  });
});
