import type { Channel } from 'rabbitmq-client';

/** Client internals that handle a message's properties before its body. */
interface Inner {
  _onHeader(frame: {
    readonly fields: { contentType?: string | undefined; rawType?: string | undefined };
  }): void;
}

/**
 * Keeps bodies as the received bytes, and the type in `rawType`. The client would otherwise parse JSON and
 * text, which rounds wide integers, before their length can be checked.
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

/** Returns the content type of a message of such a channel. */
export function rawTypeOf(message: object): string | undefined {
  return (message as { readonly rawType?: string | undefined }).rawType;
}
