import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
} from 'node:http2';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { credentials, loadPackageDefinition, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Right } from '@murmuration/serving/access/access';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { protoPath } from 'grpc-health-check';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../attacks/network/certificate.ts';
import { type Answer, type CallOptions, GrpcClient, original } from './grpc-client.ts';
import { HeldRuntime } from './held-runtime.ts';
import type { ModelFolder } from './models.ts';
import { openWorld, type World } from './world.ts';

let world: World | undefined;
let client: GrpcClient | undefined;
let session: ClientHttp2Session | undefined;

afterEach(async () => {
  client?.close();
  session?.destroy();
  await world?.close();
  [world, client, session] = [undefined, undefined, undefined];
});

type Settings = NonNullable<Parameters<typeof openWorld>[1]>;

const echo = (folder: ModelFolder) => folder.putEcho('x', 1, [{ name: 'x', datatype: 'FP32', shape: [-1] }]);

async function open(
  settings: Settings = {},
  more: Parameters<typeof openWorld>[2] = {},
): Promise<{ world: World; client: GrpcClient; address: string }> {
  const opened = await openWorld(echo, { grpc: { port: 0 }, ...settings }, more);
  world = opened;
  client = new GrpcClient(opened.grpc!);
  return { world: opened, client, address: opened.grpc! };
}

const minted = (rights: readonly Right[], more: object = {}) => {
  const { text, ...entry } = mintInferenceToken(systemRandom, native);
  return { text, entry: { ...entry, name: 'test', rights: [...rights], ...more } };
};
const numbers = (count: number) => ({
  model_name: 'x',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [count] }],
  raw_input_contents: [Buffer.alloc(4 * count)],
});
const one = numbers(1);
const all: Readonly<Record<string, object>> = {
  ServerMetadata: {},
  ModelReady: { name: 'x' },
  ModelMetadata: { name: 'x' },
  ModelInfer: one,
  ModelConfig: { name: 'x' },
  ModelStatistics: {},
  RepositoryIndex: {},
  RepositoryModelUnload: { model_name: 'x' },
  RepositoryModelLoad: { model_name: 'x' },
};
const managing = ['RepositoryModelUnload', 'RepositoryModelLoad'];

/** A call on a connection of its own, frame by frame. */
function rawCall(address: string, headers: Record<string, string> = {}): ClientHttp2Stream {
  session ??= connectHttp2(`http://${address}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ModelInfer',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => {});
  return stream;
}

/** The end of a stream, whatever it ends with. */
const closeOf = (stream: Duplex) =>
  new Promise<void>(resolve => {
    if (stream.closed) resolve();
    else stream.once('close', () => resolve());
  });

/** What stands before a message of so many bytes. */
function framed(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return head;
}

const RequestType = protobuf.loadSync(original).lookupType('inference.ModelInferRequest');
const messageOf = (count: number) =>
  Buffer.from(
    RequestType.encode(
      RequestType.fromObject({
        modelName: 'x',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [count] }],
        rawInputContents: [Buffer.alloc(4 * count)],
      }),
    ).finish(),
  );

describe('without a token', () => {
  it('whoever is on this machine predicts, and nobody loads or unloads', async () => {
    const { client } = await open();
    for (const [call, request] of Object.entries(all))
      expect(await client.refused(call, request)).toMatch(
        managing.includes(call) ? /^UNAUTHENTICATED The inference token is missing/ : /^answered$/,
      );
  });

  it('nobody is heard from elsewhere: neither by another name nor through a proxy', async () => {
    const { client, address } = await open();
    for (const metadata of [
      { 'x-forwarded-for': '10.0.0.1' },
      { forwarded: 'for=10.0.0.1' },
      { origin: 'https://evil.example' },
    ] as CallOptions['metadata'][])
      expect(await client.refused('ModelInfer', one, metadata && { metadata })).toMatch(/^UNAUTHENTICATED /);
    for (const authority of ['evil.example', 'localhost.evil.example', '10.0.0.1:80']) {
      const named = new GrpcClient(address, undefined, { 'grpc.default_authority': authority });
      expect(await named.refused('ModelInfer', one)).toMatch(/^UNAUTHENTICATED Without inference tokens/);
      named.close();
    }
    expect(await client.refused('ModelInfer', one)).toBe('answered');
  });

  it('it does not listen where other machines hear it', async () => {
    await expect(open({ grpc: { port: 0, host: '0.0.0.0' } })).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('there is no inference token'),
    });
  });
});

describe('with tokens', () => {
  it('each allows what its rights say, and nothing but health is open', async () => {
    const [predict, manage] = [minted(['predict']), minted(['manage'])];
    const { client } = await open({ tokens: [predict.entry, manage.entry] });
    for (const [call, request] of Object.entries(all)) {
      const needsManage = managing.includes(call);
      const [right, wrong] = needsManage ? [manage, predict] : [predict, manage];
      expect(await client.refused(call, request, { token: right.text })).toBe('answered');
      expect(await client.refused(call, request, { token: wrong.text })).toMatch(
        /^PERMISSION_DENIED This needs the right/,
      );
      for (const token of [undefined, predict.entry.sha256, `${predict.text.slice(0, -1)}*`])
        expect(await client.refused(call, request, token === undefined ? {} : { token })).toMatch(
          /^UNAUTHENTICATED /,
        );
    }
    for (const call of ['ServerLive', 'ServerReady']) expect(await client.refused(call)).toBe('answered');
  });

  it('have one rate, over HTTP and gRPC together', async () => {
    const slow = minted(['predict'], { rate: { perSecond: 0.001 } });
    const { client, world } = await open({ tokens: [slow.entry] });
    const authorization = `Bearer ${slow.text}`;
    expect((await world.ask('GET', '/v2/models/x', undefined, { authorization })).status).toBe(200);
    const error: ServiceError = await client
      .ask('ModelInfer', one, { token: slow.text })
      .catch(thrown => thrown);
    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(Number(error.metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThan(100_000);
    expect((await world.ask('GET', '/v2/models/x', undefined, { authorization })).status).toBe(429);
  });

  it('are asked for before a byte of a message is read, and what follows is cut off', async () => {
    const { address } = await open({ tokens: [minted(['predict']).entry] });
    const call = rawCall(address);
    const [headers] = await once(call, 'response');
    expect(headers['grpc-status']).toBe(String(status.UNAUTHENTICATED));
    call.resume();
    await closeOf(call);
    expect(call.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });
});

describe('headers', () => {
  const answerTo = async (address: string, headers: Record<string, string>) => {
    const call = rawCall(address, headers);
    const [answer] = await once(call, 'response');
    call.close();
    return `${answer['grpc-status']} ${decodeURI(answer['grpc-message'] ?? '')}`;
  };

  it('are bounded before anything is made of them, and the token is looked for', async () => {
    const refused: string[] = [];
    const { address, client } = await open(
      { tokens: [minted(['predict']).entry] },
      { refused: (where, { code }) => refused.push(`${where} ${code}`) },
    );
    const tooLong = `${status.RESOURCE_EXHAUSTED} The headers have more than 16384 bytes`;
    expect(await answerTo(address, { 'x-long': 'a'.repeat(17_000) })).toContain(tooLong);
    // Each of these is a value of its own to the library, and an object of hundreds of bytes.
    expect(await answerTo(address, { 'x-many-bin': ','.repeat(2_000) })).toContain(tooLong);
    expect(await answerTo(address, { 'x-long': 'a'.repeat(10_000), 'x-bin': ',,,' })).toMatch(
      new RegExp(`^${status.UNAUTHENTICATED} `),
    );
    const path = '/inference.GRPCInferenceService/ModelInfer';
    expect(refused).toEqual([
      `${path} request.too-large`,
      `${path} request.too-large`,
      `${path} inference.unauthenticated`,
    ]);
    expect(await client.refused('ServerLive')).toBe('answered');
  });
});

describe('messages', () => {
  it('are bounded', async () => {
    const { client, world } = await open({ body: 1_000 });
    expect(await client.refused('ModelInfer', numbers(300))).toMatch(/^RESOURCE_EXHAUSTED .*1000/);
    expect(await client.refused('ModelInfer', numbers(200))).toBe('answered');
    // Those without tensors are small, whatever the tensors of others may take.
    expect(await client.refused('ModelReady', { name: 'x'.repeat(2 << 20) })).toMatch(/^RESOURCE_EXHAUSTED /);
    await expect.poll(() => world.server.bodies.taken).toBe(0);
  });

  it('are unpacked, and bounded before', async () => {
    const { address, world } = await open({ body: 100_000 });
    const packing = new GrpcClient(address, undefined, { 'grpc.default_compression_algorithm': 2 });
    expect(await packing.refused('ModelInfer', numbers(20_000))).toBe('answered');
    expect(await packing.refused('ModelInfer', numbers(2_000_000))).toMatch(/^RESOURCE_EXHAUSTED .*100000/);
    packing.close();
    await expect.poll(() => world.server.bodies.taken).toBe(0);
  });

  it('are bounded all together, while they arrive', async () => {
    const { client, address, world } = await open({ body: 1_000, bodies: 1_500 });
    const slow = rawCall(address);
    slow.write(Buffer.concat([framed(1_000), Buffer.alloc(900)]));
    await expect.poll(() => world.server.bodies.taken).toBe(905);
    expect(await client.refused('ModelInfer', numbers(200))).toMatch(/^UNAVAILABLE Too many predictions/);
    // What fits beside it is read.
    expect(await client.refused('ModelInfer', numbers(50))).toBe('answered');
    // A body over HTTP finds no more room.
    expect((await world.ask('POST', '/v2/models/x/infer', ' '.repeat(700))).status).toBe(503);
    slow.close();
    await expect.poll(() => world.server.bodies.taken).toBe(0);
    expect(await client.refused('ModelInfer', numbers(200))).toBe('answered');
  });

  it('that do not come to an end are given up', async () => {
    const clock = new VirtualClock();
    const { address, world } = await open({}, { clock });
    const slow = rawCall(address);
    slow.write(framed(1_000));
    await expect.poll(() => world.server.bodies.taken).toBe(5);
    const answered = once(slow, 'response');
    await clock.advance(60_000);
    const [headers] = await answered;
    expect(headers['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    await expect.poll(() => world.server.bodies.taken).toBe(0);
  });

  it('that nobody reads are given up', async () => {
    const clock = new VirtualClock();
    const { address, world } = await open({}, { clock });
    session = connectHttp2(`http://${address}`, { settings: { initialWindowSize: 1_000 } });
    const deaf = rawCall(address);
    const message = messageOf(100_000);
    deaf.end(Buffer.concat([framed(message.length), message]));
    // Its request and its answer.
    await expect.poll(() => world.server.bodies.taken).toBeGreaterThan(800_000);
    deaf.pause();
    await clock.advance(60_000);
    await expect.poll(() => world.server.bodies.taken).toBe(0);
    deaf.resume();
    await closeOf(deaf);
    expect(deaf.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  it('that are none are refused', async () => {
    const { address } = await open();
    const call = rawCall(address);
    call.end(Buffer.concat([framed(3), Buffer.of(0x3a, 0xff, 0xff)]));
    const [headers] = await once(call, 'response');
    expect(headers['grpc-status']).toBe(String(status.INVALID_ARGUMENT));
    expect(headers['grpc-message']).toMatch(/^The%20message%20is%20malformed/);
  });
});

describe('calls', () => {
  const busy = async (settings: Settings = {}) => {
    const held = new HeldRuntime();
    const opened = await open(settings, { runtimes: [held] });
    await opened.client.ask('ModelInfer', one);
    held.executions.length = 0;
    held.isHeld = true;
    const first = opened.client.ask('ModelInfer', one);
    await expect.poll(() => held.waiting).toBe(1);
    const release = () => {
      held.isHeld = false;
      held.release();
    };
    return { ...opened, held, first, release };
  };

  it('that wait past their deadline are answered so, and never run', async () => {
    const { client, held, first, release } = await busy();
    expect(await client.refused('ModelInfer', numbers(3), { deadline: 50 })).toMatch(/^DEADLINE_EXCEEDED /);
    const parameters = { timeout: { int64_param: 50_000 } };
    expect(await client.refused('ModelInfer', { ...numbers(3), parameters })).toMatch(
      /^DEADLINE_EXCEEDED The request was not answered within 50 ms/,
    );
    release();
    await first;
    await client.ask('ModelInfer', one);
    expect(held.executions).toEqual([1, 1]);
  });

  it('that are cancelled never run', async () => {
    const { client, world, held, first, release } = await busy();
    const cancelled = client.refused('ModelInfer', numbers(3), {
      begun: call =>
        void expect
          .poll(() => world.server.pending)
          .toBe(2)
          .then(() => call.cancel()),
    });
    expect(await cancelled).toMatch(/^CANCELLED /);
    await expect
      .poll(async () => (await world.ask('GET', '/metrics')).text())
      .toMatch(/protocol="grpc",code="prediction.timeout"\} 1/);
    release();
    await first;
    await client.ask('ModelInfer', one);
    expect(held.executions).toEqual([1, 1]);
  });

  it('are bounded, and those that are too many are told when to come again', async () => {
    const { client, first, release } = await busy({ pending: 1 });
    const flood = Array.from({ length: 500 }, () => client.ask('ModelInfer', one).catch(error => error));
    for (const error of (await Promise.all(flood)) as ServiceError[])
      expect([error.code, error.metadata?.get('grpc-retry-pushback-ms')]).toEqual([
        status.UNAVAILABLE,
        ['1000'],
      ]);
    release();
    await first;
    expect(await client.refused('ModelInfer', one)).toBe('answered');
  });

  it('of one connection are bounded', async () => {
    const { address } = await open();
    session = connectHttp2(`http://${address}`);
    const [settings] = await once(session, 'remoteSettings');
    expect(settings.maxConcurrentStreams).toBe(256);
  });

  it('of all connections are bounded, those that wait for a message as well', async () => {
    const { address, client } = await open({ pending: 1 });
    const sessions = Array.from({ length: 4 }, () => connectHttp2(`http://${address}`));
    const path = '/inference.GRPCInferenceService/ModelInfer';
    for (const each of sessions)
      for (let at = 0; at < 256; at++)
        each
          .request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
          .on('error', () => {});
    await expect.poll(() => client.refused('ModelInfer', one)).toMatch(/^UNAVAILABLE Too many predictions/);
    for (const each of sessions) each.destroy();
    await expect.poll(() => client.refused('ModelInfer', one)).toBe('answered');
  });

  it('that anybody may make leave room for the others', async () => {
    const { text, entry } = minted(['predict']);
    const { address, client } = await open({ pending: 1, tokens: [entry] });
    session = connectHttp2(`http://${address}`);
    for (let at = 0; at < 256; at++)
      session
        .request({
          ':method': 'POST',
          ':path': '/grpc.health.v1.Health/Watch',
          'content-type': 'application/grpc',
        })
        .on('error', () => {})
        .end(framed(0));
    await expect.poll(() => client.refused('ServerLive')).toMatch(/^UNAVAILABLE Too many predictions/);
    expect(await client.refused('ModelInfer', one, { token: text })).toBe('answered');
  });

  it('under way are answered while the server closes, and others told to go elsewhere', async () => {
    const { client, world, address, first, release } = await busy();
    const healthService = (loadPackageDefinition(loadSync(protoPath, { enums: String })) as Answer).grpc
      .health.v1;
    const health = new healthService.Health(address, credentials.createInsecure());
    const states: string[] = [];
    const watch = health.watch({ service: 'inference.GRPCInferenceService' });
    watch.on('data', ({ status }: { status: string }) => states.push(status));
    watch.on('error', () => {});
    await expect.poll(() => states).toEqual(['SERVING']);
    const closing = world.close();
    await expect.poll(() => states).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await client.refused('ModelInfer', one)).toMatch(/^UNAVAILABLE The coordinator is stopping/);
    expect(await client.ask('ServerReady')).toEqual({ ready: false });
    release();
    expect((await first).outputs).toHaveLength(1);
    await closing;
    expect(await client.refused('ServerLive')).toMatch(/^UNAVAILABLE /);
    health.close();
  });
});

describe('connections', () => {
  it('whose client floods them and does not read are cut off', async () => {
    const { address, client } = await open();
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
    const closed = closeOf(socket);
    const settings = Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
    const ping = Buffer.concat([Buffer.of(0, 0, 8, 6, 0, 0, 0, 0, 0), Buffer.alloc(8)]);
    const pings = Buffer.concat(Array<Buffer>(10_000).fill(ping));
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings]));
    const more = () => {
      while (!socket.destroyed && socket.write(pings));
    };
    socket.on('drain', more);
    more();
    await closed;
    expect(await client.refused('ModelInfer', one)).toBe('answered');
  });

  it('of one address are bounded', async () => {
    const refused: string[] = [];
    const { address, client } = await open({}, { refused: (_, { code }) => refused.push(code) });
    const dial = async () => {
      const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
      socket.on('error', () => {}).resume();
      await once(socket, 'connect');
      return socket;
    };
    const sockets: Socket[] = [];
    while (sockets.length < 1_000) sockets.push(await dial());
    await closeOf(await dial());
    expect(refused).toEqual(['server.busy']);
    // Only Linux has this one as well.
    if (process.platform === 'linux') {
      const other = { port: Number(address.split(':')[1]), host: '127.0.0.1', localAddress: '127.0.0.2' };
      session = connectHttp2(`http://${address}`, { createConnection: () => connect(other) });
      await once(session, 'remoteSettings');
    }
    sockets.pop()!.destroy();
    await expect.poll(() => client.refused('ServerLive')).toBe('answered');
    for (const socket of sockets) socket.destroy();
  });

  it('that speak something else are closed', async () => {
    const { address, client } = await open();
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await closeOf(socket);
    expect(await client.refused('ModelInfer', one)).toBe('answered');
  });
});

describe('TLS', () => {
  it('is all that a port with a certificate speaks, and asks for one of the client where it is told to', async () => {
    const files = await makeCertificate();
    const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
    try {
      for (const clients of [undefined, files.certificate]) {
        const tls = { certificate: files.certificate, key: files.key, ...(clients && { clients }) };
        const { address, world: opened } = await open({ grpc: { port: 0, tls } });
        const ask = async (security?: ReturnType<typeof credentials.createSsl>) => {
          const asking = new GrpcClient(address, security, { 'grpc.ssl_target_name_override': 'localhost' });
          const answer = await asking.refused('ModelInfer', one);
          asking.close();
          return answer.split(' ')[0];
        };
        expect(await ask()).toBe('UNAVAILABLE');
        expect(await ask(credentials.createSsl())).toBe('UNAVAILABLE');
        expect(await ask(credentials.createSsl(cert))).toBe(clients ? 'UNAVAILABLE' : 'answered');
        expect(await ask(credentials.createSsl(cert, key, cert))).toBe('answered');
        client?.close();
        await opened.close();
        [world, client] = [undefined, undefined];
      }
    } finally {
      await files.remove();
    }
  });

  it('is refused with files that are no certificate and its key', async () => {
    const files = await makeCertificate();
    try {
      for (const [tls, detail] of [
        [
          { certificate: '/nowhere', key: files.key },
          /inference\.grpc\.tls\.certificate: \/nowhere can't be read/,
        ],
        [{ certificate: files.key, key: files.key }, /are no PEM certificate with its key/],
        [{ ...files, remove: undefined, clients: files.key }, /no PEM/],
      ] as const) {
        const { certificate, key } = tls;
        const clients = 'clients' in tls ? { clients: tls.clients } : {};
        await expect(
          open({ grpc: { port: 0, tls: { certificate, key, ...clients } } }),
        ).rejects.toMatchObject({
          code: 'config.invalid',
          detail: expect.stringMatching(detail),
        });
      }
    } finally {
      await files.remove();
    }
  });
});

describe('reflection', () => {
  it('answers so many questions of a call, since nobody may read what it says', async () => {
    const refused: string[] = [];
    const { address, client } = await open({}, { refused: (_, { code }) => refused.push(code) });
    session = connectHttp2(`http://${address}`);
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      'content-type': 'application/grpc',
    });
    // Field 7, "list_services": "*".
    call.write(Buffer.concat(Array(10_000).fill(Buffer.of(0, 0, 0, 0, 3, 0x3a, 1, 0x2a))));
    let answered = 0;
    call.on('data', ({ length }) => {
      answered += length;
    });
    call.on('error', () => {});
    await closeOf(call);
    expect(answered).toBeLessThan(256 * 200);
    expect(call.rstCode).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    expect(refused).toEqual(['request.too-large']);
    expect(await client.refused('ServerLive')).toBe('answered');
  });

  it('lists the services and describes them, to whoever may predict', async () => {
    const { text, entry } = minted(['predict']);
    const { address } = await open({ tokens: [entry] });
    const file = createRequire(import.meta.url)
      .resolve('@grpc/reflection')
      .replace(/build\/src\/.*$/, 'build/proto/grpc/reflection/v1/reflection.proto');
    const reflection = (loadPackageDefinition(loadSync(file, { keepCase: true })) as Answer).grpc.reflection
      .v1;
    const asking = new reflection.ServerReflection(address, credentials.createInsecure());
    const ask = (request: object, token?: string) =>
      new Promise<Answer>((resolve, reject) => {
        const metadata = new Metadata();
        if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
        const stream = asking.ServerReflectionInfo(metadata);
        stream.on('data', (answer: Answer) => {
          stream.end();
          resolve(answer);
        });
        stream.on('error', reject);
        stream.write(request);
      });
    await expect(ask({ list_services: '*' })).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const { list_services_response } = await ask({ list_services: '*' }, text);
    expect(list_services_response.service.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'grpc.health.v1.Health',
      'inference.GRPCInferenceService',
    ]);
    const { file_descriptor_response } = await ask(
      { file_containing_symbol: 'inference.GRPCInferenceService.ModelInfer' },
      text,
    );
    const files = file_descriptor_response.file_descriptor_proto.map((bytes: Buffer) =>
      descriptor.FileDescriptorProto.toObject(descriptor.FileDescriptorProto.decode(bytes)),
    );
    const messages: Answer[] = files.flatMap(({ messageType }: Answer) => messageType);
    const request = messages.find(({ name }) => name === 'ModelInferRequest');
    expect(request.field.map(({ name, number }: Answer) => [name, number])).toContainEqual([
      'raw_input_contents',
      7,
    ]);
    // As a compiler names the entries of a map: other languages refuse the file otherwise.
    expect(request.field.find(({ name }: Answer) => name === 'parameters').typeName).toBe('ParametersEntry');
    expect(request.nestedType.map(({ name, options }: Answer) => [name, options?.mapEntry ?? false])).toEqual(
      [
        ['ParametersEntry', true],
        ['InferInputTensor', false],
        ['InferRequestedOutputTensor', false],
      ],
    );
    asking.close();
  });
});
