import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Holder, requireModel } from '../access/holder.ts';
import { answerOip } from '../oip/answer.ts';
import { readOip } from '../oip/conversions.ts';
import { codedOf } from '../server/coded.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import type {
  BrokerOutcome,
  BrokerPorts,
  BrokerProtocol,
  BrokerReply,
  BrokerRequest,
  Handle,
} from './broker.ts';
import { headerNames } from './headers.ts';
import type { BrokerPace } from './settings.ts';

export interface HandlePorts extends Pick<BrokerPorts, 'fault'>, Pick<BrokerPace, 'attempts' | 'retryDelay'> {
  readonly server: Pick<InferenceServer, 'infer' | 'limits' | 'converter'>;
  readonly protocol: BrokerProtocol;
  /** Admits a request by its header `authorization` and returns the holder, or throws. */
  readonly admit: (authorization: string | undefined) => Holder;
}

/** Maximum ms between two tries. */
export const longestDelay = 60_000;

/**
 * Answers requests of the Open Inference Protocol from a broker, in JSON, or with its binary extension if the
 * header `inference-header-content-length` is given. Headers name the model and its version, as in MLServer.
 */
export function requestHandler({
  server,
  protocol,
  admit,
  attempts,
  retryDelay,
  fault,
}: HandlePorts): Handle {
  const answer = async (request: BrokerRequest): Promise<BrokerReply> => {
    const { headers, body } = request;
    const holder = admit(headers.authorization);
    const { limits, converter } = server;
    if (body.length > limits.body)
      throw new MurmurationError(
        'request.too-large',
        `The message has ${body.length} bytes; ${limits.body} are the most.`,
      );
    const model = headers[headerNames.model];
    if (!model) refuseInput(`The message has no header ${headerNames.model}, which names the model.`);
    requireModel(holder, model);
    const length = headerLength(headers[headerNames.length]);
    const given = { body, headerLength: length, elements: limits.elements };
    const asked = await converter.convert(readOip, given, length ?? body.length);
    const about = { model, version: headers[headerNames.version], protocol, headers };
    const written = await answerOip(server, server, { ...asked, id: request.id ?? asked.id }, about);
    const own: Record<string, string> = {
      [headerNames.model]: written.model,
      [headerNames.version]: written.version,
    };
    if (written.headerLength !== undefined) own[headerNames.length] = String(written.headerLength);
    return { body: written.body, headers: own };
  };

  return async (request): Promise<BrokerOutcome> => {
    try {
      return { kind: 'answered', reply: await answer(request) };
    } catch (thrown) {
      const error = codedOf(thrown);
      if (error.code === 'server.internal') fault(`a request of ${protocol}`, thrown);
      if (error.code === 'server.stopping') return { kind: 'returned' };
      if (error.retryable && request.attempt < attempts) {
        const pause = Math.max(retryDelay * 2 ** (request.attempt - 1), error.after ?? 0);
        return { kind: 'again', error, delay: Math.min(pause, longestDelay) };
      }
      return failedBy(error, request.id);
    }
  };
}

/** Makes the outcome of a request that can't be answered. */
export function failedBy(error: MurmurationError, id: string | undefined): BrokerOutcome {
  const body = JSON.stringify({ error: error.detail, ...(id !== undefined && { id }) });
  return { kind: 'failed', error, reply: { body, headers: { [headerNames.error]: error.code } } };
}

function headerLength(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (!/^\d{1,15}$/.test(header)) refuseInput(`${headerNames.length} is a number of bytes.`);
  return Number(header);
}
