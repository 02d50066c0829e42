import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { retry } from '@murmuration/client-sdk/retry/retry';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { maskedHeader, modelPath, updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { SocketBytes } from '../light-device.ts';

/** A model that was read once is known: reading it again would cost this process what it costs a device. */
const known = new Map<ModelHash, ModelFiles>();

interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly bytes: SocketBytes;
}

/** What one device moves over HTTP, on a connection of its own that is kept open, with the bytes on that socket. */
export class Bulk {
  readonly #url: URL;
  readonly #localAddress: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string, localAddress: string) {
    this.#url = new URL(url);
    this.#localAddress = localAddress;
  }

  /** Downloads both files of a version. */
  async download(hash: ModelHash): Promise<{ readonly model: ModelFiles; readonly bytes: SocketBytes }> {
    const path = modelPath(hash);
    const json = await this.#exchange('GET', path);
    const { weightsHash } = parseModelJson(hash, json.body);
    const weights = await this.#exchange('GET', path.replace('model.json', `${weightsHash}.bin`));
    const model = known.get(hash) ?? decodeModel(hash, json.body, weights.body);
    known.set(hash, model);
    return { model, bytes: add(json.bytes, weights.bytes) };
  }

  /** Puts an update until there is a place for it; throws for any other refusal. Returns the bytes of all tries. */
  async upload(
    { round, assignment, token }: Assignment,
    update: Uint8Array,
    signature: Uint8Array | undefined,
  ): Promise<SocketBytes> {
    let bytes = { up: 0, down: 0 };
    const put = async () => {
      const answer = await this.#exchange('PUT', updatePath(round, assignment), update, {
        authorization: `Bearer ${base64url(token)}`,
        'content-type': 'application/octet-stream',
        'content-length': update.length,
        ...(signature && { [maskedHeader]: base64url(signature) }),
      });
      bytes = add(bytes, answer.bytes);
      if (answer.status === 503)
        throw new MurmurationError('update.too-many', undefined, {
          after: 1_000 * Number(answer.headers['retry-after']),
        });
      if (answer.status !== 200)
        throw new Error(`The update was refused: ${Buffer.from(answer.body).toString()}`);
    };
    // As a device does.
    await retry(put, { clock: steadyClock(), random: systemRandom }, new AbortController().signal);
    return bytes;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Again where the coordinator has closed the connection, which was idle, while the request was on its way. */
  async #exchange(method: string, path: string, body?: Uint8Array, headers = {}): Promise<Exchange> {
    const outgoing = request(new URL(path, this.#url), {
      method,
      headers,
      agent: this.#agent,
      localAddress: this.#localAddress,
    });
    const before = new Promise<SocketBytes>(resolve =>
      outgoing.once('socket', socket => resolve(bytesOf(socket))),
    );
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
    });
    outgoing.end(body);
    let answer: IncomingMessage;
    try {
      answer = await answered;
    } catch (error) {
      if (!outgoing.reusedSocket || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
      return this.#exchange(method, path, body, headers);
    }
    const { socket } = answer;
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    const { up, down } = await before;
    const after = bytesOf(socket);
    return {
      status: answer.statusCode!,
      headers: answer.headers,
      body: new Uint8Array(Buffer.concat(chunks)),
      bytes: { up: after.up - up, down: after.down - down },
    };
  }
}

function bytesOf({ bytesRead, bytesWritten }: Socket): SocketBytes {
  return { up: bytesWritten ?? 0, down: bytesRead ?? 0 };
}

function add(a: SocketBytes, b: SocketBytes): SocketBytes {
  return { up: a.up + b.up, down: a.down + b.down };
}
