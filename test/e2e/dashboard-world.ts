import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Role } from '@murmuration/api/role';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Task } from '@murmuration/rounds/task/task';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { dashboardPage } from '@murmuration/simulations/pages/built-page';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { freePort } from '../free-port.ts';
import { enrolmentToken } from './line.ts';

/** Where screenshots of the run are kept; no part of the repository. */
const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));

const tokens = {
  viewer: mintToken('operator', systemRandom, native),
  operator: mintToken('operator', systemRandom, native),
  admin: mintToken('operator', systemRandom, native),
};

/** A coordinator with one operator of each role, and a browser in which they sign in. */
export class DashboardWorld {
  #coordinator: Coordinator;
  /** What pages complained about, all of them. */
  readonly problems: string[] = [];
  readonly #browser: Browser;
  readonly #storage: Stores;
  readonly #start: (port: number) => Promise<Coordinator>;

  private constructor(
    coordinator: Coordinator,
    browser: Browser,
    storage: Stores,
    start: (port: number) => Promise<Coordinator>,
  ) {
    this.#start = start;
    this.#coordinator = coordinator;
    this.#browser = browser;
    this.#storage = storage;
  }

  /** `fill`: what is in the storage before the coordinator opens it. */
  static async open(
    tasks: Task | readonly Task[],
    fill: (storage: Stores) => Promise<void> = async () => {},
    {
      alerts,
      clock = systemClock,
      config = {},
    }: { readonly alerts?: object; readonly clock?: Clock; readonly config?: object } = {},
  ): Promise<DashboardWorld> {
    await dashboardPage(() => {});
    const storage = await openStorage(undefined, clock);
    await fill(storage);
    const operatorTokens = Object.entries(tokens).map(([role, { proof }]) => ({
      id: proof.id,
      name: `the ${role}`,
      role: role as Role,
      sha256: hex(proof.digest),
    }));
    const start = (port: number) =>
      createCoordinator(
        parseConfig({
          port,
          log: 'silent',
          enrolmentTokens: [enrolmentToken],
          operatorTokens,
          alerts,
          ...config,
        }),
        Array.isArray(tasks) ? tasks : [tasks as Task],
        { clock, random: systemRandom, storage },
      );
    const coordinator = await start(await freePort());
    const browser = await chromium.launch(chromiumOptions);
    return new DashboardWorld(coordinator, browser, storage, start);
  }

  get coordinator(): Coordinator {
    return this.#coordinator;
  }

  /** Starts a coordinator that was stopped again, at the same address and with what it kept. */
  async restart(): Promise<void> {
    this.#coordinator = await this.#start(Number(new URL(this.#coordinator.url).port));
    await this.#coordinator.start();
  }

  /** Ends all sessions. */
  forgetSessions(): Promise<void> {
    return this.#storage.sessions.expire(Number.MAX_SAFE_INTEGER);
  }

  /** A page of a browser profile of its own, signed in by the token in its address. */
  async page(role: Role, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.strangersPage(options);
    await page.goto(`${this.coordinator.url}/#token=${tokens[role].text}`);
    await page.getByRole('navigation', { name: 'Places' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    return page;
  }

  /** A page on which nobody is signed in. It is closed with its test, since a page that stays open goes on with what it is told. */
  async strangersPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', error => this.problems.push(error.message));
    return page;
  }

  token(role: Role): string {
    return tokens[role].text;
  }

  /** Asks the admin API as an operator of this role. */
  async ask(role: Role, path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Response> {
    return fetch(`${this.coordinator.url}/v1/admin/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[role].text}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.coordinator.stop();
    await this.#storage.close();
  }
}

/** Waits until nothing that the page shows is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('main').locator('.placeholder').first().waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: `${artifacts}dashboard-${name}.png`, fullPage: true });
}
