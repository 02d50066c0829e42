import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DatedMail } from '@murmuration/simulations/data/dated-mail';

/** A mail server's side: asks the filter, and steers its coordinator, over HTTP. */
export class FilterClient {
  readonly url: string;
  /** With the one it steers, with the other it asks and tells outcomes. */
  readonly #tokens: { readonly operator: string; inference: string };

  private constructor(url: string, operator: string) {
    this.url = url;
    this.#tokens = { operator, inference: '' };
  }

  /** By the token of an operator, who makes the one for the filter. Throws as `ask`. */
  static async open(url: string, operator: string): Promise<FilterClient> {
    const client = new FilterClient(url, operator);
    const terms = { name: 'the mail server', rights: ['predict', 'feedback'] };
    const { text } = (await client.ask('POST', '/v1/admin/inference-tokens', terms)) as { text: string };
    client.#tokens.inference = text;
    return client;
  }

  /** What a version says of a mail, by default the one that is served; outcomes name the `id`. */
  async judge(mail: DatedMail, id?: string, at = ''): Promise<{ version: number; isFlagged: boolean }> {
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [mail.text] }];
    const answer = (await this.ask('POST', `/v2/models/spam${at}/infer`, { id, inputs })) as {
      model_version: string;
      outputs: readonly { data: readonly number[] }[];
    };
    return { version: Number(answer.model_version), isFlagged: answer.outputs[0]!.data[0]! > 0.5 };
  }

  /** Throws `data.malformed` with what the coordinator said where it refuses. */
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
