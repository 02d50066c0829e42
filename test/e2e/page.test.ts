// @module-tag chromium
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@tensorflow/tfjs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { openCoordinator } from './line.ts';

const inputs = [-2, -0.5, 0, 1, 3];

/** Serves one page that has nothing but tfjs. */
async function servePage(): Promise<{ server: Server; origin: string }> {
  const script = await readFile(createRequire(import.meta.url).resolve('@tensorflow/tfjs/dist/tf.min.js'));
  const server = createServer((request, response) => {
    if (request.url === '/tf.min.js') response.setHeader('content-type', 'text/javascript').end(script);
    else response.setHeader('content-type', 'text/html').end('<script src="/tf.min.js"></script>');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

let listed: Awaited<ReturnType<typeof servePage>>;
let stranger: Awaited<ReturnType<typeof servePage>>;
let coordinator: Coordinator;
let browser: Browser;
let modelUrl: string;

beforeAll(async () => {
  [listed, stranger] = await Promise.all([servePage(), servePage()]);
  coordinator = await openCoordinator({}, [listed.origin]);
  const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
  modelUrl = coordinator.url + models[0].url;
  browser = await chromium.launch(chromiumOptions);
});

afterAll(async () => {
  await browser?.close();
  await coordinator?.stop();
  listed.server.close();
  stranger.server.close();
});

/** What the model predicts in a page of this origin. */
async function predictInPage(origin: string): Promise<number[]> {
  const page = await browser.newPage();
  try {
    await page.goto(origin);
    return await page.evaluate(
      async ([url, xs]) => {
        const { tf: inPage } = globalThis as unknown as { tf: typeof tf };
        await inPage.setBackend('cpu');
        const model = await inPage.loadLayersModel(url);
        return Array.from((model.predict(inPage.tensor2d(xs, [xs.length, 1])) as tf.Tensor).dataSync());
      },
      [modelUrl, inputs] as const,
    );
  } finally {
    await page.close();
  }
}

it('serves models that a plain page and a plain program load, with the same predictions', async () => {
  const model = await tf.loadLayersModel(modelUrl);
  const inProgram = Array.from(
    (model.predict(tf.tensor2d(inputs, [inputs.length, 1])) as tf.Tensor).dataSync(),
  );
  const inPage = await predictInPage(listed.origin);
  expect(inPage).toHaveLength(inputs.length);
  for (const [i, value] of inPage.entries()) expect(value).toBeCloseTo(inProgram[i]!, 5);
  expect(new Set(inPage).size).toBe(inputs.length);
});

it('lets no page of an origin that is not listed read a model', async () => {
  await expect(predictInPage(stranger.origin)).rejects.toThrow(/Failed to fetch/);
});
