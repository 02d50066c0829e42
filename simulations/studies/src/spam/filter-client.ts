import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DatedMail } from '@murmuration/simulations/data/dated-mail';

/** Client of a mail server: queries the filter, and controls its coordinator, over HTTP. */
export class FilterClient {
  readonly url: string;
  /** Tokens for administration, and for predictions and feedback. */
  readonly #tokens: { readonly operator: string; inference: string };

  private constructor(url: string, operator: string) {
    this.url = url;
    this.#tokens = { operator, inference: '' };
  }

  /** Opens a client with the token of an operator, and creates the token for the filter. Throws as `ask`. */
  static async open(url: string, operator: string): Promise<FilterClient> {
    const client = new FilterClient(url, operator);
    const terms = { name: 'the mail server', rights: ['predict', 'feedback'] };
    const { text } = (await client.ask('POST', '/v1/admin/inference-tokens', terms)) as { text: string };
    client.#tokens.inference = text;
    return client;
  }

  /** Returns a version's prediction for a mail, by default the served version's; feedback refers to `id`. */
  async judge(mail: DatedMail, id?: string, at = ''): Promise<{ version: number; isFlagged: boolean }> {
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [mail.text] }];
    const answer = (await this.ask('POST', `/v2/models/spam${at}/infer`, { id, inputs })) as {
      model_version: string;
      outputs: readonly { data: readonly number[] }[];
    };
    return { version: Number(answer.model_version), isFlagged: answer.outputs[0]!.data[0]! > 0.5 };
  }

  /** Throws `data.malformed` with the coordinator's answer if it refuses. */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const token = path.startsWith('/v1/admin/') ? this.#tokens.operator : this.#tokens.inference;
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new MurmurationError('data.malformed', `${path}: ${JSON.stringify(answer).slice(0, 500)}`);
  }
}
