import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type HiddenWebViewProps,
  MurmurationWebView,
  type WebViewTrainer,
  webViewPage,
  webViewTrainer,
} from '@murmuration/client-sdk/web-view';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Component, createElement } from 'react';
import { act, create, type ReactTestRenderer } from 'react-test-renderer';
import { bundleOf } from '../../scripts/program.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The page that learns next words, bundled as an app does. */
export async function wordsPage(): Promise<string> {
  const at = (path: string) => JSON.stringify(join(root, path));
  const bundle = await bundleOf(`
    import { serveWebView } from ${at('client-sdk/src/web-view-page.ts')};
    import { words } from ${at('test/e2e/words.ts')};
    serveWebView(words);
  `);
  const { output } = await bundle.generate({ format: 'iife', codeSplitting: false, minify: true });
  return webViewPage(output[0].code);
}

/** A web view's page in Chromium. */
export interface ShownView {
  readonly page: Page;
  /** What it has put on the bridge. */
  readonly posted: string[];
  /** Whether what it says of its own origin from now on gets lost, so that nothing it does is ever over. */
  isMute: boolean;
  /** Its process ends, as the system ends one for memory; the app is told. */
  kill(): Promise<void>;
}

/**
 * The `WebView` of a phone over Chromium, each in a context of its own. Its bridge is React Native's: texts, asynchronous, in order; it may end at any
 * time. Nothing is reachable from it, and what it asks for is noted.
 */
export class ChromiumViews {
  readonly shown: ShownView[] = [];
  readonly requests: string[] = [];
  readonly violations: string[] = [];
  readonly #browser: Browser;
  /** Where the system tells a page of a message: iOS its window, Android its document. */
  readonly #target: 'window' | 'document';
  readonly #waiting = new Set<() => void>();
  readonly #trees: ReactTestRenderer[] = [];
  readonly #contexts: BrowserContext[] = [];

  constructor(browser: Browser, target: 'window' | 'document') {
    this.#browser = browser;
    this.#target = target;
  }

  /** A trainer whose component is shown. */
  async trainer(page: string): Promise<WebViewTrainer> {
    const trainer = webViewTrainer({ page });
    await inAct(() => {
      this.#trees.push(create(createElement(MurmurationWebView, { trainer, view: this.view() })));
    });
    return trainer;
  }

  /** Resolves once `isSo`; looked at whenever a page is shown or says something. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    await inAct(() => {
      for (const tree of this.#trees) tree.unmount();
    });
    await Promise.all(this.#contexts.map(context => context.close().catch(() => {})));
  }

  view(): typeof Component<HiddenWebViewProps> {
    const open = (props: () => HiddenWebViewProps) => this.#open(props);
    const target = this.#target;
    return class extends Component<HiddenWebViewProps> {
      #page: Promise<Page> | undefined;
      #isShown = false;
      #order: Promise<unknown> = Promise.resolve();

      override componentDidMount(): void {
        this.#isShown = true;
        this.#page = open(() => this.props);
        // A page that is killed while it loads.
        this.#page.catch(() => {});
      }

      override componentWillUnmount(): void {
        this.#isShown = false;
        void this.#page?.then(page => page.context().close()).catch(() => {});
      }

      postMessage(text: string): void {
        if (typeof text !== 'string') throw new TypeError('The bridge carries texts.');
        const post = async () => {
          if (!this.#isShown) return;
          const page = await this.#page;
          await page?.evaluate(
            ([target, data]) => {
              const event = new MessageEvent('message', { data: data! });
              (target === 'window' ? window : document).dispatchEvent(event);
            },
            [target, text],
          );
        };
        // What was on its way to a page that has gone is lost.
        this.#order = this.#order.then(post).catch(() => {});
      }

      override render() {
        return null;
      }
    };
  }

  async #open(props: () => HiddenWebViewProps): Promise<Page> {
    const { html, baseUrl } = props().source;
    const context = await this.#browser.newContext();
    this.#contexts.push(context);
    const page = await context.newPage();
    const posted: string[] = [];
    const look = () => {
      for (const each of this.#waiting) each();
    };
    let isAlive = true;
    const shown: ShownView = {
      page,
      posted,
      isMute: false,
      kill: async () => {
        isAlive = false;
        await context.close();
        await inAct(() => props().onRenderProcessGone());
      },
    };
    await page.exposeFunction('toApp', (text: string, url: string) => {
      if (!isAlive || (shown.isMute && url === baseUrl)) return;
      posted.push(text);
      props().onMessage({ nativeEvent: { data: text, url } });
      look();
    });
    await page.addInitScript(() => {
      const { toApp } = window as unknown as { toApp(text: string, url: string): void };
      const postMessage = (text: unknown) => toApp(String(text), location.href);
      Object.assign(window, { ReactNativeWebView: { postMessage } });
    });
    await context.route('**/*', async (route, request) => {
      if (request.url() === baseUrl) return route.fulfill({ contentType: 'text/html', body: html });
      this.requests.push(request.url());
      return route.abort();
    });
    page.on('console', message => {
      if (/Content Security Policy/.test(message.text())) this.violations.push(message.text());
    });
    this.shown.push(shown);
    look();
    await page.goto(baseUrl);
    return page;
  }
}

/** React renders what follows before this is over. */
export async function inAct(work: () => void): Promise<void> {
  const acting = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  acting.IS_REACT_ACT_ENVIRONMENT = true;
  try {
    await act(async () => work());
  } finally {
    delete acting.IS_REACT_ACT_ENVIRONMENT;
  }
}
