import { type BrowserContext, chromium } from 'playwright-core';
import { chromiumOptions } from '../../chromium.ts';

/** The pages, each with a selector of what is there once it can be used, its data included. */
const pages: readonly (readonly [name: string, address: (newest: number) => string, there: string])[] = [
  ['overview', () => '#/overview', '.task-card .facts'],
  ['versions', () => '#/model/versions/line', '.lineage tbody tr'],
  ['version', newest => `#/model/versions/line/${newest - 200}`, '.list dd'],
  ['compare', newest => `#/model/compare/line/10/${newest - 200}`, 'tbody tr'],
  ['rounds', () => '#/fleet/rounds/line', '.rounds tbody tr'],
  ['round', newest => `#/fleet/rounds/line/${newest - 10}`, '.timeline tbody tr'],
  ['devices', () => '#/fleet/devices', 'tbody code'],
  ['privacy', () => '#/fleet/privacy/line', '.card .hint'],
  ['protection', () => '#/settings/protection/line', '.explained dd'],
  ['task', () => '#/settings/task/line', '.settings input'],
  ['access', () => '#/settings/access', '#operator-tokens'],
];

/** What it took to open a page. */
export interface Opened {
  /** From the navigation to the first frame in which what was asked for is there and nothing more is on its way. */
  readonly ms: number;
  /** Of the page, its styles and its scripts as they came over the wire, up to the first frame in which what was asked for is there. */
  readonly bytes: number;
}

/** Opens each page so many times, signed in and with nothing in the browser's cache; what that took, by page. */
export async function openPages(
  url: string,
  token: string,
  newest: number,
  times: number,
  log: (line: string) => void,
): Promise<Readonly<Record<string, readonly Opened[]>>> {
  const browser = await chromium.launch(chromiumOptions);
  try {
    const measured: Record<string, Opened[]> = {};
    const session = await signIn(await browser.newContext(), url, token);
    for (const [name, address, there] of pages) {
      log(`opening ${name}`);
      measured[name] = [];
      for (let i = 0; i < times; i++) {
        const context = await browser.newContext({
          viewport: { width: 1440, height: 900 },
          storageState: session,
        });
        measured[name].push(await open(context, `${url}/${address(newest)}`, there));
        await context.close();
      }
    }
    return measured;
  } finally {
    await browser.close();
  }
}

/** The cookie of a session, with which other contexts are signed in as well. */
async function signIn(context: BrowserContext, url: string, token: string) {
  const answer = await context.request.post(`${url}/v1/admin/session`, {
    headers: { origin: url },
    data: { token },
  });
  if (!answer.ok()) throw new Error(`Nobody is signed in: ${answer.status()} ${await answer.text()}`);
  return context.storageState();
}

async function open(context: BrowserContext, url: string, there: string): Promise<Opened> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(url, { waitUntil: 'commit' });
  const handle = await page.waitForFunction(
    selector => {
      const state = globalThis as { firstBytes?: number };
      if (document.querySelector(selector) === null) return false;
      const entries = [
        ...performance.getEntriesByType('navigation'),
        ...performance.getEntriesByType('resource'),
      ] as PerformanceResourceTiming[];
      state.firstBytes ??= entries
        .filter(({ initiatorType }) => initiatorType !== 'fetch' && initiatorType !== 'xmlhttprequest')
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      return (
        document.querySelector('[aria-busy="true"]') === null && {
          ms: performance.now(),
          bytes: state.firstBytes,
        }
      );
    },
    there,
    { polling: 'raf' },
  );
  return (await handle.jsonValue()) as Opened;
}
