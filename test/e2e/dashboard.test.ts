// @module-tag chromium

import { readFile } from 'node:fs/promises';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { eventOf, lineTask } from './line.ts';
import { RawDevice } from './raw-device.ts';

let world: DashboardWorld;
let devices: RawDevice[];

beforeAll(async () => {
  const task = lineTask({
    update: { kind: 'float32', clip: 100 },
    cohort: { goal: 2, minimum: 2, overSelection: 1.5 },
    deadlines: { gathering: '5 min', updates: '5 min' },
    schedule: { every: '2 h' },
    evaluation: {
      evaluate: async ({ weights }) => ({
        top1: 1 / (1 + Math.abs(weights[0]!)),
        loss: Math.abs(weights[0]!),
      }),
      close: async () => {},
    },
  });
  world = await DashboardWorld.open(task);
  await world.ask('admin', 'tasks/line/pause', {});
  await world.coordinator.start();
  const { url } = world.coordinator;
  devices = [];
  for (let i = 0; i < 3; i++) devices.push(await new RawDevice(url).connect());
  for (const device of devices) {
    await device.enrol();
    await device.hello();
  }
});

afterAll(async () => {
  for (const device of devices ?? []) device.socket.disconnect();
  await world?.close();
});

/** The devices' parts in the round under way, once all of them have checked in. */
async function draw() {
  for (const device of devices) await device.checkIn();
  return Promise.all(devices.map(device => device.assigned()));
}

/** Begins a round and ends it with updates that move the model by `delta`. */
async function runRound(delta: number): Promise<RoundRecord> {
  const ended = eventOf<[RoundRecord]>(world.coordinator.events, 'round-ended');
  expect((await world.ask('admin', 'tasks/line/start-round', {})).status).toBe(200);
  const parts = await draw();
  for (const [i, part] of parts.entries()) await devices[i]!.upload(part, await updateOf(delta));
  const [record] = await ended;
  return record;
}

async function updateOf(delta: number): Promise<Uint8Array> {
  const { url } = world.coordinator;
  const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
  const { weightsManifest } = await (await fetch(url + models[0].url)).json();
  const layout = layoutOf(weightsManifest[0].weights);
  return encodeUpdate(layout.hash, layout.count, {
    kind: 'float32',
    delta: Float32Array.of(delta, 0),
    weight: 1,
  });
}

/** Resolves once the coordinator's round has come to a phase, by `act`, and the page, by itself, shows it. */
async function showsPhase(
  page: Page,
  phase: string,
  name: string,
  act: () => Promise<unknown>,
): Promise<void> {
  const happened = eventOf<[RoundState]>(world.coordinator.events, 'round', state => state.phase === phase);
  await act();
  await happened;
  await page.locator('[aria-current="step"] .name', { hasText: name }).waitFor();
}

const confirm = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

describe('the dashboard of a running federation', () => {
  it('shows each phase of a round while it lasts, by itself, and the cohort in it', async () => {
    const page = await world.page('operator');
    await page.getByText('This task is paused').waitFor();
    await page.getByRole('button', { name: 'Start a round' }).click();
    await page.getByText('A round starts at once').waitFor();
    await showsPhase(page, 'gathering', 'Gathering', () => confirm(page, 'Start the round'));
    const card = page.getByRole('region', { name: 'line' });
    await card.getByText('0 of 3 wanted, minimum 2').waitFor();
    await page.getByText(/of line is waiting for devices: 0 are here, the minimum is 2/).waitFor();
    expect(await page.getByText('All is well.').count()).toBe(0);
    let parts: Awaited<ReturnType<typeof draw>> = [];
    await showsPhase(page, 'updates', 'Updates', async () => {
      parts = await draw();
    });
    const standings = card.locator('.standings');
    await expect.poll(() => standings.textContent()).toMatch(/0 done.*3 working.*0 lost/);
    await devices[0]!.upload(parts[0]!, await updateOf(1));
    await expect.poll(() => standings.textContent()).toMatch(/1 done.*2 working/);
    await screenshot(page, 'live-round');
    expect(await violations(page)).toEqual([]);
    const ended = eventOf<[RoundRecord]>(world.coordinator.events, 'round-ended');
    await devices[1]!.upload(parts[1]!, await updateOf(1));
    const [{ number }] = await ended;
    await card.getByRole('link', { name: `Round ${number}` }).waitFor();
    await card.getByText('Published').waitFor();
    await card.getByText('This task is paused').waitFor();
    expect(world.problems).toEqual([]);
    await page.context().close();
  });

  it('keeps each button where it is while rounds begin and end', async () => {
    const page = await world.page('operator');
    // Not the button of the same name in the dialog, which is disabled while the coordinator is asked.
    const button = (name: string, state = '') =>
      page.locator(`.steering > button${state}`, { hasText: name });
    const placesOf = async () => {
      const [abort, start] = await Promise.all(
        ['Abort the round', 'Start a round'].map(name => button(name).boundingBox()),
      );
      return [abort!.x, start!.x];
    };
    await button('Start a round', ':enabled').waitFor();
    const before = await placesOf();
    await world.ask('admin', 'tasks/line/start-round', {});
    await button('Start a round', ':disabled').waitFor();
    expect(await placesOf()).toEqual(before);
    await button('Abort the round').click();
    await confirm(page, 'Abort the round');
    await button('Abort the round', ':disabled').waitFor();
    expect(await placesOf()).toEqual(before);
    await page.context().close();
  });

  it('aborts a round, says so before, and tells afterwards who did and why', async () => {
    const page = await world.page('operator');
    await world.ask('admin', 'tasks/line/start-round', {});
    await page.getByRole('button', { name: 'Abort the round' }).click();
    await page.getByText('The model doesn’t change.').waitFor();
    await page.getByLabel(/Reason/).fill('a rehearsal');
    await confirm(page, 'Abort the round');
    await page.getByText('An operator ended the round: a rehearsal.').waitFor();
    await page.getByRole('link', { name: /^Round \d/ }).click();
    await page.getByText('In gathering: An operator ended the round: a rehearsal.').waitFor();
    await page.goto(`${world.coordinator.url}/#/settings/protection`);
    const row = page.getByRole('row', { name: /aborted a round/ }).first();
    expect(await row.textContent()).toMatch(/the operator.*line.*done/);
    await page.context().close();
  });

  it('promotes a version and rolls back, and devices get what was said', async () => {
    await runRound(0.5);
    const { model: newest } = await runRound(0.25);
    const { url } = world.coordinator;
    const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
    const hashOf = (number: number) =>
      models.find((each: { number: number }) => each.number === number).model;
    /** What a device hears that it is to serve; undefined: the newest version. */
    const served = async () => {
      const device = await new RawDevice(url).connect();
      await device.enrol();
      const { serve } = await device.hello();
      device.socket.disconnect();
      return serve?.find(({ task }) => task === 'line')?.model;
    };
    const page = await world.page('operator');
    await page.goto(`${url}/#/model/versions/line`);
    await page.getByText('devices follow the newest version').waitFor();
    expect(await served()).toBeUndefined();
    await page.goto(`${url}/#/model/versions/line/1`);
    await page.getByRole('button', { name: 'Serve and pin' }).click();
    await page.getByText('Devices switch from version 3 to version 1').waitFor();
    await confirm(page, 'Serve and pin');
    await page.getByRole('status').getByText('Devices now serve version 1.').waitFor();
    expect(await served()).toBe(hashOf(1));
    // Rounds go on from the newest one.
    expect(await runRound(0.125)).toMatchObject({ base: newest });
    expect(await served()).toBe(hashOf(1));

    await page.goto(`${url}/#/model/versions/line/2`);
    await page.getByRole('button', { name: 'Roll back and pin' }).click();
    await page.getByText('Rounds go on, and the next one trains from version 2').waitFor();
    await confirm(page, 'Roll back and pin');
    await page.getByRole('status').getByText('Rolled back to version 2, which is now pinned').waitFor();
    expect(await served()).toBe(hashOf(2));
    expect(await runRound(0.125)).toMatchObject({ base: hashOf(2) });

    await page.goto(`${url}/#/model/versions/line`);
    await page.getByText('from version 2', { exact: true }).waitFor();
    await page
      .getByText('Rounds go on, but their versions reach no device until you choose “Follow the newest”.')
      .waitFor();
    await screenshot(page, 'lineage');
    await page.getByRole('button', { name: 'Follow the newest' }).click();
    await confirm(page, 'Follow the newest');
    await page.getByText('Not pinned: devices follow the newest version.').waitFor();
    expect(await page.getByText('reach no device').isVisible()).toBe(false);
    expect(await served()).toBeUndefined();
    expect(world.problems).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
    ['light', 1920],
  ] as const)('marks in charts what was changed, within a range (%s, %i px)', async (colorScheme, width) => {
    const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
    await page.goto(`${world.coordinator.url}/#/model/versions/line`);
    const chart = page.getByRole('region', { name: 'Loss', exact: true });
    await chart.getByText('3 changes marked').click();
    const marks = chart.getByRole('listitem').filter({ hasText: '(the operator)' });
    await expect
      .poll(async () => (await marks.allTextContents()).map(text => text.replace(/^.*?, .*?, /, '')))
      .toEqual([
        'version 1 served (the operator)',
        'rolled back to version 2 (the operator)',
        'devices follow the newest version (the operator)',
      ]);
    await settled(page);
    // The library that draws loads later than the rest.
    await chart.locator('canvas').waitFor();
    await screenshot(page, `marks-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Show').selectOption('1');
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/model/versions/line?hours=1');
    await chart.getByText('3 changes marked').waitFor();
    const saved = page.waitForEvent('download');
    await chart.getByRole('button', { name: 'Export CSV' }).click();
    const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toBe('model version,Loss,changes');
    expect(lines.slice(1).map(line => line.split(',')[0])).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(lines.join()).toContain('rolled back to version 2 (the operator)');
    await page.goto(`${world.coordinator.url}/#/overview`);
    await page.getByRole('region', { name: 'History of line' }).getByText('3 changes marked').waitFor();
    await settled(page);
    await screenshot(page, `marks-overview-${colorScheme}-${width}`);
    expect(world.problems).toEqual([]);
  });

  it('shows and offers to each role what it may see and do, and the coordinator holds to that', async () => {
    const buttons = {
      '#/overview': ['Start a round', 'Resume'],
      '#/model/versions/line': ['Roll back and pin'],
      '#/model/versions/line/1': ['Serve and pin', 'Roll back and pin'],
      '#/settings/task/line': ['Review changes'],
      '#/settings/access': ['New enrolment token', 'New inference token'],
    };
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      const page = await world.page(role);
      for (const [address, names] of Object.entries(buttons)) {
        await page.goto(`${world.coordinator.url}/${address}`);
        await settled(page);
        await page.getByRole('main').locator('.card').first().waitFor();
        for (const name of names) {
          const button = page.getByRole('button', { name, exact: true }).first();
          if (role === 'viewer') expect(await button.isVisible(), `${role}: ${address} ${name}`).toBe(false);
          else await button.waitFor();
        }
      }
      await page.goto(`${world.coordinator.url}/#/settings/access`);
      expect(await page.getByRole('button', { name: 'New operator token' }).count()).toBe(
        role === 'admin' ? 1 : 0,
      );
      await page
        .getByText(
          role === 'admin' ? 'People and programs use these tokens' : 'Only admins can manage operators',
        )
        .waitFor();
      await page.context().close();
      const forbidden = role === 'viewer' ? 403 : 404;
      expect((await world.ask(role, 'tasks/line/rollback', { number: 999 })).status).toBe(forbidden);
      expect((await world.ask(role, 'operator-tokens')).status).toBe(role === 'admin' ? 200 : 403);
    }
  });

  it('names the fields of settings that are wrong, and applies those that are right from the next round on', async () => {
    const page = await world.page('admin');
    await page.goto(`${world.coordinator.url}/#/settings/task/line`);
    const minimum = page.getByLabel('Minimum of updates');
    await minimum.fill('9');
    await page.getByRole('button', { name: 'Review changes' }).click();
    await page.getByText('Must be at most “Updates wanted” (2), not 9.').waitFor();
    await page.getByText('One field needs fixing.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await minimum.getAttribute('aria-invalid')).toBe('true');
    expect(await minimum.evaluate(element => element === document.activeElement)).toBe(true);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, 'settings-wrong');
    await minimum.fill('few');
    await page.getByRole('button', { name: 'Review changes' }).click();
    await page.getByText('Enter a whole number.').waitFor();
    // What the coordinator alone finds wrong is shown at the same time.
    await page.getByLabel('Interval').fill('soon');
    await page.getByLabel('Batch size').fill('0');
    await page.getByRole('button', { name: 'Review changes' }).click();
    await page.getByText('3 fields need fixing.').waitFor();
    await page.getByText('Enter a whole number.').waitFor();
    await page.getByText('Enter a time, for example').waitFor();
    const summary = page.locator('.problem-summary').getByRole('link');
    const names = ['Interval', 'Batch size', 'Minimum of updates'];
    expect((await summary.allTextContents()).toSorted()).toEqual(names.toSorted());
    await summary.filter({ hasText: 'Batch size' }).click();
    await expect
      .poll(() => page.getByLabel('Batch size').evaluate(each => each === document.activeElement))
      .toBe(true);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, 'settings-all-wrong');
    await page.getByLabel('Batch size').fill('16');
    await minimum.fill('1');
    await page.getByLabel('Interval').fill('90 min');
    await page.getByRole('button', { name: 'Review changes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Minimum of updates: from “2” to “1”.').waitFor();
    await confirm(page, 'Apply');
    await page.getByText('No changes.').waitFor();
    await expect.poll(() => page.getByLabel('Interval').inputValue()).toBe('90 min');
    const answer = await (await world.ask('viewer', 'tasks/line/settings')).json();
    expect(answer.settings).toMatchObject({
      cohort: { goal: 2, minimum: 1 },
      schedule: { every: 5_400_000 },
    });
    await page.context().close();
  });

  it('undoes a change of settings by the same review, also from the log, for those who may', async () => {
    const page = await world.page('operator');
    const minimum = async () =>
      (await (await world.ask('viewer', 'tasks/line/settings')).json()).settings.cohort.minimum;
    await page.goto(`${world.coordinator.url}/#/settings/task/line`);
    await page.getByRole('link', { name: 'Undo' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Minimum of updates: from “1” to “2”.').waitFor();
    await dialog.getByText('Interval: from').waitFor();
    expect(await page.evaluate(() => location.hash)).toBe('#/settings/task/line');
    await screenshot(page, 'settings-undo');
    expect(await violations(page)).toEqual([]);
    await confirm(page, 'Apply');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(minimum).toBe(2);
    // To undo that protects devices less, which takes an admin.
    await page.goto(`${world.coordinator.url}/#/settings/protection`);
    await page
      .getByRole('link', { name: /^Undo the change of/ })
      .first()
      .click();
    await dialog.getByText('Only an admin can make this change.').waitFor();
    await confirm(page, 'Apply');
    await dialog.getByText('Your role doesn’t allow this.').waitFor();
    expect(await minimum()).toBe(2);
    await page.goto(`${world.coordinator.url}/#/settings/task/line?undo=1`);
    await page.getByText('The log has no such change of this task.').waitFor();
    const viewer = await world.page('viewer');
    await viewer.goto(`${world.coordinator.url}/#/settings/task/line`);
    await settled(viewer);
    expect(await viewer.getByRole('link', { name: 'Undo' }).count()).toBe(0);
    expect(world.problems).toEqual([]);
  });

  it('makes an enrolment token whose text is shown once, lets a device enrol with it, and revokes both', async () => {
    const page = await world.page('operator');
    await page.goto(`${world.coordinator.url}/#/settings/access`);
    await page.getByRole('button', { name: 'New enrolment token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Maximum number of devices').fill('0');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('2 fields need fixing.').waitFor();
    expect(await dialog.locator('[aria-invalid="true"]').count()).toBe(2);
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Maximum number of devices').fill('1');
    await dialog.getByLabel('Name').fill('Phones of the test');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Done' }).click();
    expect(await page.content()).not.toContain(token);
    const row = page.getByRole('row', { name: /Phones of the test/ });
    await row.getByText('valid').waitFor();
    const device = await new RawDevice(world.coordinator.url).connect();
    await device.enrol({ token });
    await row.getByText('used up').waitFor();
    await page.goto(`${world.coordinator.url}/#/fleet/devices`);
    const listed = page.getByRole('row', { name: new RegExp(device.id!) });
    await listed.waitFor();
    await device.hello();
    await listed.getByText('connected').waitFor();
    const closed = device.closed();
    await listed.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByText('You can’t undo this').waitFor();
    await confirm(page, 'Revoke');
    await closed;
    await listed.getByText('revoked').waitFor();
    await page.context().close();
  });

  it('lets nobody in without a valid token, and ends a session when it is signed out', async () => {
    const page = await world.strangersPage();
    await page.goto(`${world.coordinator.url}/#/fleet/rounds/line`);
    await page.getByLabel('Operator token').fill('mmo_no-such-token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('This token is not valid.').waitFor();
    await page.getByLabel('Operator token').fill(world.token('viewer'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Fleet line' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Fleet line' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator token').waitFor();
    await page.reload();
    await page.getByLabel('Operator token').waitFor();
    await page.context().close();
  });

  it('says when the coordinator does not answer, and goes on where it was once it is back', async () => {
    const page = await world.page('viewer');
    await page.getByText('This task is paused').waitFor();
    await world.coordinator.stop();
    await page.getByRole('alert').getByText('Can’t reach the coordinator').waitFor();
    await page.getByText('Reconnecting', { exact: true }).waitFor();
    await screenshot(page, 'reconnecting');
    expect(await violations(page)).toEqual([]);
    await world.restart();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Can’t reach the coordinator').waitFor({ state: 'detached' });
    await world.ask('admin', 'tasks/line/resume', {});
    await page.getByText('This task is paused').waitFor({ state: 'detached' });
    await world.ask('admin', 'tasks/line/pause', {});
    await page.context().close();
  });

  it('asks to sign in again in place where a session has ended while the coordinator was away', async () => {
    const page = await world.page('viewer');
    await page.goto(`${world.coordinator.url}/#/settings/task/line`);
    await page.getByRole('heading', { name: 'Settings line' }).waitFor();
    await world.coordinator.stop();
    await world.forgetSessions();
    await world.restart();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await page.getByRole('heading', { name: 'Settings line', includeHidden: true }).waitFor();
    await screenshot(page, 'sign-in-again');
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Operator token').fill(world.token('viewer'));
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Settings line' }).waitFor();
    await page.context().close();
  });
});
