import type { WebViewHost } from '@murmuration/client-sdk/web-view/host';
import { Link, linkPrefix } from '@murmuration/client-sdk/web-view/link';
import type { FromPage, ToPage } from '@murmuration/client-sdk/web-view/messages';

export const address = 'https://page.invalid/';

/** A page of a host, whose test says what it does; texts cross asynchronously, in order. */
export class PageDouble {
  readonly asked: ToPage[] = [];
  /** What the page has put on the bridge. */
  readonly posted: string[] = [];
  readonly page: number;
  readonly #host: WebViewHost;
  #link: Link | undefined;
  #isAlive = true;

  /** Of the page that the host wants now. */
  constructor(host: WebViewHost) {
    this.#host = host;
    this.page = host.page()!;
    host.attach(this.page, text => queueMicrotask(() => this.#hear(text)));
  }

  ready(): this {
    this.say(`${linkPrefix} ready`);
    return this;
  }

  say(text: unknown, url: string = address): void {
    if (typeof text === 'string') this.posted.push(text);
    queueMicrotask(() => this.#host.hear(this.page, text, url));
  }

  answer(message: FromPage): void {
    this.#link!.send(message);
  }

  /** Hears and says nothing more. */
  die(): void {
    this.#isAlive = false;
    this.#link?.close();
  }

  #hear(text: string): void {
    if (!this.#isAlive) return;
    const hello = `${linkPrefix} hello `;
    if (!text.startsWith(hello)) return void this.#link?.hear(text);
    this.#link = new Link(text.slice(hello.length), {
      post: each => this.say(each),
      deliver: message => void this.asked.push(message as ToPage),
      broken() {},
    });
  }
}
