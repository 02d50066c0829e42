import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { afterEach, describe, expect, it } from 'vitest';
import { GrpcClient } from '../../unit/serving/server/grpc-client.ts';
import { startMemoryCell } from '../memory-cell.ts';
import { type Target, targets } from '../network/target.ts';

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

const size = { vocabulary: 16, embedding: 8, gru: 12, dense: null };
const inputs = { name: 'ids', shape: [1, 2], datatype: 'INT32' };
const { text: token, ...listed } = mintInferenceToken(systemRandom, native);
/** A token that may do all, so that nothing but the rule under attack refuses. */
const tokens = [{ ...listed, name: 'test', rights: ['predict', 'manage'] }];

/** A coordinator whose one task is named `keyboard`, both of whose doors are open. */
async function open(inference: object, privateLayers: readonly string[] = []) {
  const target = await openTarget(
    { inference: { grpc: { port: 0 }, ...inference } },
    {},
    {
      name: 'keyboard',
      model: () => nextWordModel(size, 1),
      plan: { learningRate: 1, privateLayers: [...privateLayers] },
    },
  );
  const client = new GrpcClient(target.coordinator.grpc!);
  cleanUp.push(() => client.close());
  return { target, client };
}

const rest = async ({ url }: Target, path: string, bearer?: string, body?: object) => {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.status;
};
const grpcRequest = {
  model_name: 'keyboard',
  inputs: [{ ...inputs, contents: { int_contents: [1, 2] } }],
};
const restRequest = { inputs: [{ ...inputs, data: [1, 2] }] };

describe('whoever asks for a model with private layers', () => {
  it('finds none, over either door, with every right, since the coordinator has no trained weights of them', async () => {
    const { target, client } = await open({ tokens }, ['embedding']);
    for (const path of [
      '/v2/models/keyboard/infer',
      '/v2/models/keyboard/versions/0/infer',
      '/v1/models/keyboard:predict',
      '/v2/repository/models/keyboard/load',
    ])
      expect([path, await rest(target, path, token, restRequest)]).toEqual([path, 404]);
    for (const [call, request] of [
      ['ModelInfer', grpcRequest],
      ['ModelInfer', { ...grpcRequest, model_version: '0' }],
      ['ModelMetadata', { name: 'keyboard' }],
      ['ModelConfig', { name: 'keyboard' }],
      ['RepositoryModelLoad', { model_name: 'keyboard' }],
    ] as const)
      expect(await client.refused(call, request, { token })).toMatch(/^NOT_FOUND Request for unknown model/);
    expect((await client.ask('RepositoryIndex', {}, { token })).models).toEqual([]);
  });
});

describe('whoever asks one cell by a token', () => {
  it('is refused once another cell has revoked it, and let in by one that another cell has made', async () => {
    const { cell, clock, storage } = await startMemoryCell();
    cleanUp.push(() => cell.stop());
    const { sha256, id } = listed;
    const digest = new Uint8Array(Buffer.from(sha256, 'hex'));
    const terms = {
      name: 'test',
      rights: ['predict' as const],
      models: null,
      rate: null,
      quota: null,
      expiresAt: null,
    };
    const asks = async (bearer: string) => {
      const headers = { authorization: `Bearer ${bearer}` };
      return (await fetch(`${cell.url}/v2/models/line`, { headers })).status;
    };
    await storage.inferenceTokens.add({ ...terms, id, digest, createdAt: clock.now(), revokedAt: null });
    await clock.advance(2_000);
    expect([await asks(token), await asks('none')]).toEqual([200, 401]);
    await storage.inferenceTokens.revoke(id, clock.now());
    await clock.advance(2_000);
    expect(await asks(token)).toBe(401);
  });
});

describe('whoever loads or unloads without leave', () => {
  it.each([
    ['no token is listed', []],
    ['there are tokens', tokens],
  ])('is refused over either door while %s, and the model answers on', async (_, listed) => {
    const { target, client } = await open({ tokens: listed });
    const more = listed.length > 0 ? { token } : {};
    expect(await client.refused('ModelInfer', grpcRequest, more)).toBe('answered');
    for (const forged of [undefined, '', `${token.slice(0, -1)}*`, token.slice(4)])
      for (const verb of ['load', 'unload']) {
        expect(await rest(target, `/v2/repository/models/keyboard/${verb}`, forged)).toBe(401);
        const call = verb === 'load' ? 'RepositoryModelLoad' : 'RepositoryModelUnload';
        expect(
          await client.refused(
            call,
            { model_name: 'keyboard' },
            forged === undefined ? {} : { token: forged },
          ),
        ).toMatch(/^UNAUTHENTICATED /);
      }
    expect(await client.refused('ModelInfer', grpcRequest, more)).toBe('answered');
  });
});
