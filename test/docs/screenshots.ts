import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { begin } from '@murmuration/cli/commands/new';
import { chromium, type Page } from 'playwright-core';
import { chromiumOptions } from '../chromium.ts';
import { SourceProcess } from '../e2e/processes.ts';
import { root } from './documents.ts';

// npm run screenshots: runs the demonstration, a first task and an example, and takes pictures of their pages in a real Chromium.
// `-- --first-task` or `-- --support` runs only that one.
const folder = fileURLToPath(new URL('../../docs/public/', import.meta.url));
const rounds = 6;
const size = { width: 1280, height: 800 };

const browser = await chromium.launch(chromiumOptions);
const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', colorScheme: 'light' });
const only = process.argv[2];
if (only === undefined) await takeDemonstration();
if (only !== '--support') await takeFirstTask(await context.newPage());
if (only !== '--first-task') await takeSupport(await context.newPage());
await browser.close();

async function takeDemonstration(): Promise<void> {
  const demonstration = spawn(
    process.execPath,
    [
      'scripts/run.mjs',
      'simulations/demo/src/start.ts',
      '--devices',
      '80',
      '--cohort',
      '20',
      '--rounds',
      '1000',
      '--port',
      '0',
    ],
    { cwd: root, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(demonstration, 'exit');
  try {
    const { keyboard, dashboard } = await addressesOf(demonstration.stdout);
    await takeDashboard(await context.newPage(), dashboard);
    await takeKeyboard(await context.newPage(), keyboard);
  } finally {
    demonstration.kill('SIGTERM');
    await ended;
  }
}

/** Takes the dashboard of `murmuration dev` with what `murmuration new` wrote. */
async function takeFirstTask(page: Page): Promise<void> {
  // Where the packages of the checkout are found.
  const parent = `${root}test/artifacts`;
  mkdirSync(parent, { recursive: true });
  const made = mkdtempSync(`${parent}/rent-`);
  begin('classifier', made);
  const dev = new SourceProcess('coordinator/cli/src/cli.ts', ['dev', `${made}/task.js`, '--port', '0']);
  try {
    const [, address] = await dev.printed(/Dashboard: +(\S+)/);
    await dev.printed(new RegExp(`Round ${rounds * 3}:`));
    await page.goto(address!);
    await page.getByRole('link', { name: 'Model', exact: true }).click();
    await page.getByText('loss').first().waitFor();
    await page.screenshot({ path: `${folder}first-task.png` });
  } finally {
    dev.child.kill('SIGTERM');
    await dev.ended();
    rmSync(made, { recursive: true });
  }
}

/** Takes the chat page of the support desk. */
async function takeSupport(page: Page): Promise<void> {
  const desk = new SourceProcess('simulations/demo/src/start.ts', ['--example', 'support', '--port', '0']);
  try {
    const [, address] = await desk.printed(/Ask it: (\S+)/);
    await page.setViewportSize({ width: 900, height: 250 });
    await page.goto(address!);
    for (const [at, text] of ['my exmh window hangs when I open a folder', 'hello'].entries()) {
      await page.getByLabel('Your question').fill(text);
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.getByText('Who should answer?').nth(at).waitFor();
    }
    await page.screenshot({ path: `${folder}support.png` });
  } finally {
    desk.child.kill('SIGTERM');
    await desk.ended();
  }
}

/** The addresses that the demonstration prints. It is read to its end, so that it never waits for a reader. */
function addressesOf(output: NodeJS.ReadableStream): Promise<{ keyboard: string; dashboard: string }> {
  const found: string[] = [];
  const lines = createInterface({ input: output });
  return new Promise((resolve, reject) => {
    lines.on('line', line => {
      console.log(line);
      found.push(...[...line.matchAll(/https?:\/\/[^\s│|]+/g)].map(([address]) => address));
      const keyboard = found.find(address => address.endsWith('/keyboard/'));
      const dashboard = found.find(address => address.includes('#token='));
      if (keyboard && dashboard) resolve({ keyboard, dashboard });
    });
    lines.on('close', () => reject(new Error('The demonstration ended without an address.')));
  });
}

async function takeDashboard(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
  // A chart needs a few versions.
  const models = new URL('/v1/tasks/keyboard/models', address);
  const newest = async () => {
    const answer = (await (await fetch(models)).json()) as { models: { number: number }[] };
    return Math.max(...answer.models.map(({ number }) => number));
  };
  while ((await newest()) < rounds) await page.waitForTimeout(1_000);
  await page.screenshot({ path: `${folder}dashboard.png` });
}

async function takeKeyboard(page: Page, address: string): Promise<void> {
  await page.goto(address);
  const field = page.getByRole('textbox', { name: 'Message' });
  for (const message of ['Hey, are you there', 'I will call you later', 'see you at home']) {
    await field.pressSequentially(message);
    await field.press('Enter');
  }
  await field.pressSequentially('I will ');
  const suggestions = page.getByRole('group', { name: 'Suggestions', exact: true });
  await suggestions.getByRole('button').nth(2).waitFor();
  await page.screenshot({ path: `${folder}keyboard.png` });
}
