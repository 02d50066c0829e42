import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { chromiumOptions } from '../chromium.ts';
import type { PackedExample, Promises } from './packed-example.ts';

interface Data {
  readonly neverSeen: readonly { readonly text: string; readonly team: number }[];
}

/** Share from which on the page is sure. */
const least = 0.8;

/** Asks with mail that the desk has never seen, then on its page, and presses a button there. */
export async function support(example: PackedExample): Promise<Promises> {
  const program = example.start('start.js');
  const [, url] = await program.until(/Ask it: (\S+)/);
  const origin = new URL(url!).origin;
  const { neverSeen }: Data = await import(pathToFileURL(join(example.folder, 'data.js')).href);
  const shares = await ask(
    origin,
    neverSeen.map(({ text }) => text),
  );
  const judged = shares.map((row, at) => {
    const share = Math.max(...row);
    return { share, isRight: row.indexOf(share) === neverSeen[at]!.team };
  });
  const sure = judged.filter(({ share }) => share >= least);
  const browser = await chromium.launch(chromiumOptions);
  try {
    const page = await browser.newPage();
    await page.goto(url!);
    const known = await say(page, 'my exmh window hangs when I open a folder');
    await page.getByRole('button', { name: 'exmh' }).last().click();
    await page.getByText('✓').waitFor();
    const unknown = await say(page, 'hello');
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    return {
      mails: judged.length,
      accuracy: shareOf(judged),
      sure: sure.length / judged.length,
      accuracyWhenSure: shareOf(sure),
      showsTeamAndAnswer: /^exmh, \d+ %: Move ~\/.exmh away/.test(known),
      saysUnsure: /I am not sure/.test(unknown),
      feedbackIsCounted: /^murmuration_feedback_total\{[^}]*joined[^}]*\} 1$/m.test(metrics),
    };
  } finally {
    await browser.close();
  }
}

/** True if the example kept what its row of the table promises. */
export function supportHolds({ mails, accuracy, sure, accuracyWhenSure, ...facts }: Promises): boolean {
  return (
    (mails as number) > 300 &&
    (accuracy as number) > 0.8 &&
    (sure as number) > 0.4 &&
    (accuracyWhenSure as number) > 0.9 &&
    Object.values(facts).every(fact => fact === true)
  );
}

/** Answers to texts, of each the shares of the teams. */
async function ask(origin: string, texts: readonly string[]): Promise<readonly (readonly number[])[]> {
  const response = await fetch(`${origin}/v2/models/desk/infer`, {
    method: 'POST',
    body: JSON.stringify({
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [texts.length], data: texts }],
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { outputs } = (await response.json()) as { outputs: readonly [{ data: readonly number[] }] };
  return texts.map((_, at) => outputs[0].data.slice(5 * at, 5 * at + 5));
}

/** Asks on the page, and returns the answer. */
async function say(page: Page, text: string): Promise<string> {
  const lines = page.locator('p');
  const before = await lines.count();
  await page.getByLabel('Your question').fill(text);
  await page.getByRole('button', { name: 'Ask' }).click();
  await lines.nth(before + 1).waitFor();
  return (await lines.nth(before + 1).textContent()) ?? '';
}

const shareOf = (judged: readonly { readonly isRight: boolean }[]) =>
  judged.filter(({ isRight }) => isRight).length / judged.length;
