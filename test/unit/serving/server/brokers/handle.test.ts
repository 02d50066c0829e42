import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { anybody } from '@murmuration/serving/access/holder';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import type { BrokerOutcome, BrokerRequest } from '@murmuration/serving/brokers/broker';
import { requestHandler } from '@murmuration/serving/brokers/handle';
import { inThisThread } from '@murmuration/serving/conversion/converter';
import type { InferRequest } from '@murmuration/serving/server/request';
import { describe, expect, it } from 'vitest';

const body = Buffer.from('{"id":"own","inputs":[{"name":"x","datatype":"INT64","shape":[1],"data":[1]}]}');
const headers = { 'mlserver-model': 'echo', 'mlserver-version': 'champion', authorization: 'Bearer x' };

/** Handles a request with a server that gives back what it gets, or fails with `error`. */
async function handled(
  request: Partial<BrokerRequest>,
  error?: Error,
  holder = anybody,
): Promise<{ outcome: BrokerOutcome; asked: InferRequest[]; faults: unknown[]; admitted: unknown[] }> {
  const [asked, faults, admitted]: [InferRequest[], unknown[], unknown[]] = [[], [], []];
  const handle = requestHandler({
    server: {
      limits: { ...serverSettings(inferenceSchema.parse({})).limits, body: 1_000, elements: 10 },
      converter: inThisThread,
      infer: async infer => {
        asked.push(infer);
        if (error) throw error;
        return { model: infer.model, version: '3', hash: 'a'.repeat(64) as ModelHash, outputs: infer.inputs };
      },
    },
    protocol: 'kafka',
    admit: authorization => {
      admitted.push(authorization);
      return holder;
    },
    attempts: 4,
    retryDelay: 1_000,
    fault: (_, fault) => faults.push(fault),
  });
  const outcome = await handle({ headers, body, attempt: 1, id: undefined, ...request });
  return { outcome, asked, faults, admitted };
}

describe('a request of a broker', () => {
  it('is asked as its headers say, and answered with the model, its version and the id', async () => {
    const { outcome, asked, admitted } = await handled({});
    expect(admitted).toEqual(['Bearer x']);
    expect(asked).toMatchObject([{ model: 'echo', version: 'champion', protocol: 'kafka' }]);
    expect(outcome).toMatchObject({
      kind: 'answered',
      reply: { headers: { 'mlserver-model': 'echo', 'mlserver-version': '3' } },
    });
    const written = (given: BrokerOutcome) => JSON.parse(String('reply' in given && given.reply.body));
    expect(written(outcome).id).toBe('own');
    expect(written((await handled({ id: 'key' })).outcome).id).toBe('key');
  });

  it('is refused for good where its token is for other models, and asked of its own', async () => {
    const { outcome, asked } = await handled({}, undefined, { id: 'x', models: ['other'] });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'inference.forbidden' } });
    expect(asked).toEqual([]);
    const own = await handled({}, undefined, { id: 'x', models: ['other', 'echo'] });
    expect(own.outcome.kind).toBe('answered');
  });

  it('is asked with what the request log may want: its id, headers and parameters', async () => {
    const json =
      '{"parameters":{"user":"Ada"},"inputs":[{"name":"x","datatype":"INT64","shape":[1],"data":[1]}]}';
    const { asked } = await handled({ id: 'key', body: Buffer.from(json) });
    expect(asked).toMatchObject([{ id: 'key', headers, parameters: { user: 'Ada' } }]);
    expect((await handled({})).asked).toMatchObject([{ id: 'own' }]);
  });

  it.each([
    ['has no model', { headers: {} }, 'inference.input'],
    ['is no JSON', { body: Buffer.from('{') }, 'inference.input'],
    ['is empty', { body: Buffer.alloc(0) }, 'inference.input'],
    ['is too long', { body: Buffer.alloc(1_001) }, 'request.too-large'],
    [
      'has a length that is none',
      { headers: { ...headers, 'inference-header-content-length': 'x' } },
      'inference.input',
    ],
    [
      'has more elements than it may',
      { body: Buffer.from('{"inputs":[{"name":"x","datatype":"FP32","shape":[11],"data":[]}]}') },
      'inference.input',
    ],
  ] as [string, Partial<BrokerRequest>, ErrorCode][])(
    'that %s fails at once, and says so',
    async (_, request, code) => {
      const { outcome, asked } = await handled({ ...request, id: 'key' });
      expect(asked).toEqual([]);
      expect(outcome).toMatchObject({
        kind: 'failed',
        error: { code },
        reply: { headers: { 'murmuration-error': code } },
      });
      if (outcome.kind !== 'failed') return;
      expect(JSON.parse(String(outcome.reply.body))).toEqual({ error: outcome.error.detail, id: 'key' });
    },
  );

  it('is tried again with growing pauses where that may help, and so often at most', async () => {
    const busy = new MurmurationError('prediction.too-many');
    const delays: unknown[] = [];
    for (const attempt of [1, 2, 3]) {
      const { outcome } = await handled({ attempt }, busy);
      delays.push(outcome.kind === 'again' ? outcome.delay : outcome.kind);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000]);
    expect((await handled({ attempt: 4 }, busy)).outcome.kind).toBe('failed');
    const later = new MurmurationError('request.too-often', undefined, { after: 5_000 });
    expect((await handled({}, later)).outcome).toMatchObject({ kind: 'again', delay: 5_000 });
    const never = new MurmurationError('request.too-often', undefined, { after: 1e9 });
    expect((await handled({}, never)).outcome).toMatchObject({ kind: 'again', delay: 60_000 });
    expect((await handled({}, new MurmurationError('model.missing'))).outcome.kind).toBe('failed');
  });

  it('goes back where the server stops, and an unknown failure is told to whoever can mend it', async () => {
    expect((await handled({}, new MurmurationError('server.stopping'))).outcome).toEqual({
      kind: 'returned',
    });
    const { outcome, faults } = await handled({ attempt: 4 }, new Error('a secret path'));
    expect(faults).toMatchObject([{ message: 'a secret path' }]);
    expect(JSON.stringify(outcome)).not.toContain('a secret path');
  });
});
