import type { Channel } from 'rabbitmq-client';

/** What the client does with the properties of a message before it has its body. */
interface Inner {
  _onHeader(frame: {
    readonly fields: { contentType?: string | undefined; rawType?: string | undefined };
  }): void;
}

/**
 * Keeps bodies as the bytes that came. By itself the client reads those of the types JSON and text, which rounds wide integers, and does so
 * before anybody could look at their length. The type is then in `rawType`.
 */
export function keepBodiesRaw(channel: Channel): void {
  const inner = channel as unknown as Inner;
  const read = inner._onHeader.bind(channel);
  inner._onHeader = frame => {
    frame.fields.rawType = frame.fields.contentType;
    frame.fields.contentType = undefined;
    read(frame);
  };
}

/** The type of a message of such a channel. */
export function rawTypeOf(message: object): string | undefined {
  return (message as { readonly rawType?: string | undefined }).rawType;
}
