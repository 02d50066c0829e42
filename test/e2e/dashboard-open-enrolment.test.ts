// @module-tag chromium
import { expect, it } from 'vitest';
import { DashboardWorld, settled } from './dashboard-world.ts';
import { lineTask } from './line.ts';

it.each([
  [true, 'no token is needed', 'and none is needed'],
  [false, 'Create an enrolment token', 'Create one and put it into your app'],
])(
  'asks for an enrolment token only where devices need one (open: %s)',
  async (openEnrolment, devices, tokens) => {
    const world = await DashboardWorld.open(lineTask({ schedule: { every: '1 h' } }), undefined, {
      config: { openEnrolment },
    });
    try {
      const page = await world.page('operator');
      await page.getByRole('region', { name: 'Devices online' }).getByText(devices).waitFor();
      await page.goto(`${world.coordinator.url}/#/fleet/devices`);
      await page.getByRole('region', { name: 'All devices' }).getByText(devices).waitFor();
      const here = await page.getByText(/Create (one|an enrolment token)/).count();
      await page.goto(`${world.coordinator.url}/#/settings/access`);
      await page.getByRole('region', { name: 'Enrolment tokens' }).getByText(tokens).waitFor();
      await settled(page);
      const asks = await page.getByText(/Create (one|an enrolment token)/).count();
      expect([here > 0, asks > 0]).toEqual([!openEnrolment, !openEnrolment]);
      expect(world.problems).toEqual([]);
    } finally {
      await world.close();
    }
  },
);
