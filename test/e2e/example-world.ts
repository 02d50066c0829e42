import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FederatedClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import line from '../../examples/line.task.js';
import { chromiumOptions } from '../chromium.ts';
import { eventOf, lineOptions } from './line.ts';

/** A file of a site: its text, and its type. */
export interface SiteFile {
  readonly type: string;
  readonly text: string;
}

/** What an example needs around it: a web server, a browser, the coordinator of all examples, and two of three devices. */
export class ExampleWorld {
  readonly #files: ReadonlyMap<string, SiteFile>;
  readonly #headers: Readonly<Record<string, string>>;
  #server: Server | undefined;
  #browser: Browser | undefined;
  #coordinator: Coordinator | undefined;
  readonly #clients: FederatedClient[] = [];

  constructor(files: Readonly<Record<string, SiteFile>>, headers: Readonly<Record<string, string>> = {}) {
    this.#files = new Map(Object.entries(files));
    this.#headers = headers;
  }

  /** Opens the browser, the web server and the coordinator, which knows no device yet. */
  async open(): Promise<{
    readonly origin: string;
    readonly coordinator: string;
    readonly context: BrowserContext;
  }> {
    this.#server = createServer(({ url }, response) => {
      const { pathname } = new URL(url!, 'http://localhost');
      const file = this.#files.get(pathname === '/' ? '/index.html' : pathname);
      for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
      if (file) response.setHeader('content-type', file.type).end(file.text);
      else response.writeHead(404).end();
    });
    await new Promise<void>(resolve => this.#server!.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.#coordinator = await createCoordinator(
      parseConfig({ port: 0, openEnrolment: true, cors: [origin], log: 'silent' }),
      [line],
    );
    await this.#coordinator.start();
    this.#browser = await chromium.launch(chromiumOptions);
    const context = await this.#browser.newContext();
    return { origin, coordinator: this.#coordinator.url, context };
  }

  /** Lets two other devices take part; resolves with the next round that is published. */
  async round(): Promise<RoundRecord> {
    // On a busy machine a device may miss its deadline in the round before.
    const published = eventOf<[RoundRecord]>(
      this.#coordinator!.events,
      'round-ended',
      ({ outcome }) => outcome === 'published',
    );
    for (const index of [0, 1]) {
      const client = new FederatedClient({
        ...lineOptions(this.#coordinator!.url, index),
        enrolment: 'anybody',
      });
      this.#clients.push(client);
      await client.start();
    }
    return (await published)[0];
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.stop();
    await this.#browser?.close();
    this.#server?.closeAllConnections();
    this.#server?.close();
    await this.#coordinator?.endRounds();
    await this.#coordinator?.stop();
  }
}
