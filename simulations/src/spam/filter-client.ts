import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DatedMail } from '../data/dated-mail.ts';

/** A mail server's side: asks the filter, and steers its coordinator, over HTTP. */
export class FilterClient {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
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
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new MurmurationError('data.malformed', `${path}: ${JSON.stringify(answer).slice(0, 500)}`);
  }
}
