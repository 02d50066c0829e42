// @module-tag chromium
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { Phones } from '@murmuration/demo/phones/phones';
import { secondsPerRound, visitedRounds } from '@murmuration/demo/visitors/visited-rounds';
import { Visitors } from '@murmuration/demo/visitors/visitors';
import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import { lossesIn } from '@murmuration/simulations/behaviour/losses';
import { smsText } from '@murmuration/simulations/data/sms';
import { keyboardPage } from '@murmuration/simulations/pages/built-page';
import { fewestExamples, keyboardTask } from '@murmuration/studies/keyboard/task';
import { heldOutText } from '@murmuration/studies/keyboard/text';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { eventOf } from './line.ts';

const [phonesToken, pageToken] = ['a token of the phones', 'a token of the page'];

let coordinator: Coordinator;
let phones: Phones;
let visitors: Visitors;
let browser: Browser;

/** Rounds as `npm start` has them while somebody is at the keyboard's page. */
beforeAll(async () => {
  const text = smsText();
  const heldOut = heldOutText(text, smallModel.vocabulary);
  const task = visitedRounds(
    keyboardTask({
      cohort: 8,
      devices: 10,
      overSelection: 1.3,
      seed: 1,
      masking: 'on',
      graph: 'sparse',
      lose: 0,
      heldOut: { ...heldOut, messages: heldOut.messages.slice(0, 100) },
    }),
  );
  const { folder } = await keyboardPage(() => {});
  const setup = {
    words: heldOut.words,
    enrolment: pageToken,
    leastSentences: fewestExamples,
    secondsPerRound,
  };
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'error',
      enrolmentTokens: [phonesToken, pageToken],
      apps: { '/keyboard/': { folder, documents: { 'setup.json': setup } } },
    }),
    [task],
    { clock: systemClock, random: systemRandom },
  );
  visitors = new Visitors(coordinator.events);
  phones = new Phones({
    enrolmentToken: phonesToken,
    seed: 1,
    kept: null,
    engine: 'auto',
    losses: lossesIn('updates', 0),
    phones: text.phones
      // As many as a round draws, with the visitor.
      .slice(0, cohortSizeOf(task) - 1)
      .map(({ train: messages }, number) => ({ number, messages: messages.slice(0, 20) })),
  });
  await phones.learn({
    url: coordinator.url,
    plan: { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
    words: heldOut.words,
  });
  await coordinator.start();
  browser = await chromium.launch(chromiumOptions);
});

afterAll(async () => {
  await browser?.close();
  await phones?.stop();
  await coordinator?.stop();
});

it.each(['keys', 'updates'] as const)(
  'a keyboard tab that is closed in the phase %s fails no round',
  async phase => {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const begun = eventOf<[RoundState]>(
      coordinator.events,
      'round',
      state => state.phase === phase && state.cohort.members.some(({ device }) => visitors.has(device)),
    );
    await page.goto(`${coordinator.url}/keyboard/`);
    await page.getByRole('button', { name: 'Help teach the shared model' }).first().click();
    const field = page.getByRole('textbox', { name: 'Message' });
    for (const sentence of [
      'I see you',
      'I see no one',
      'you see me',
      'I will go home now',
      'see you there',
      'I will see',
    ]) {
      await field.fill(sentence);
      await field.press('Enter');
    }
    const [{ terms }] = await begun;
    const ended = eventOf<[RoundRecord]>(
      coordinator.events,
      'round-ended',
      record => record.round === terms.id,
    );
    await context.close();
    const [record] = await ended;
    expect(record).toMatchObject({ outcome: 'published', failure: null });
    // The next one doesn't wait for the visitor either.
    const [next] = await eventOf<[RoundRecord]>(coordinator.events, 'round-ended');
    expect(next).toMatchObject({ outcome: 'published', tally: { lost: 0 } });
    expect(visitors.present).toBe(0);
  },
  240_000,
);
