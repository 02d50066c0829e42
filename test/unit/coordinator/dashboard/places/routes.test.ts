import { addressOf, type DashboardPage, pageAt, places } from '@murmuration/dashboard/context/routes';
import { describe, expect, it } from 'vitest';

const task = 'keyboard';
/** Pages, each with its address, and the one that it had in 0.3. */
const pages: readonly (readonly [address: string, page: DashboardPage, formerly?: string])[] = [
  ['#/overview', { page: 'overview' }, '#/now'],
  ['#/fleet/devices', { page: 'devices' }, '#/devices'],
  ['#/model/serving', { page: 'serving' }, '#/serving'],
  ['#/model/monitoring', { page: 'monitoring' }, '#/monitor'],
  ['#/settings/protection', { page: 'protection' }, '#/security'],
  ['#/settings/protection/keyboard', { page: 'protection', task }],
  ['#/settings/access', { page: 'access' }, '#/access'],
  ['#/settings/log', { page: 'log' }, '#/log'],
  ['#/model/versions/keyboard', { page: 'versions', task }, '#/tasks/keyboard/model'],
  ['#/model/versions/keyboard/0', { page: 'version', task, version: 0 }, '#/tasks/keyboard/model/0'],
  [
    '#/model/compare/keyboard/3/12',
    { page: 'compare', task, versions: [3, 12] },
    '#/tasks/keyboard/compare/3/12',
  ],
  ['#/fleet/rounds/keyboard', { page: 'rounds', task }, '#/tasks/keyboard/rounds'],
  ['#/fleet/rounds/keyboard/7', { page: 'round', task, round: 7 }, '#/tasks/keyboard/rounds/7'],
  ['#/model/training/keyboard', { page: 'training', task }, '#/tasks/keyboard/training'],
  ['#/model/experiments/keyboard', { page: 'experiments', task }, '#/tasks/keyboard/experiments'],
  ['#/fleet/queries/keyboard', { page: 'queries', task }, '#/tasks/keyboard/queries'],
  [
    '#/fleet/queries/keyboard/languages',
    { page: 'query', task, query: 'languages' },
    '#/tasks/keyboard/queries/languages',
  ],
  ['#/fleet/privacy/keyboard', { page: 'privacy', task }, '#/tasks/keyboard/privacy'],
  ['#/settings/task/keyboard', { page: 'task', task }, '#/tasks/keyboard/settings'],
];

describe('addresses of the dashboard', () => {
  it('are of four places', () => {
    expect(Object.keys(places)).toEqual(['overview', 'model', 'fleet', 'settings']);
    const tabs = Object.values(places).flat();
    const shown = pages.map(([, { page }]) => page);
    expect(tabs.filter(tab => !shown.includes(tab))).toEqual([]);
  });

  it.each(pages.map(([address, page]) => [address, page] as const))(
    '%s leads to its page, also with choices, and the page has it',
    (address, page) => {
      expect(pageAt(address)).toEqual(page);
      expect(pageAt(`${address}?hours=168`)).toEqual(page);
      expect(addressOf(page)).toBe(address);
    },
  );

  it.each(
    pages.flatMap(([address, , formerly]): [string, string][] => (formerly ? [[formerly, address]] : [])),
  )('%s, as in 0.3, leads to %s', (formerly, address) => {
    expect(addressOf(pageAt(formerly))).toBe(address);
  });

  it.each(['', '#', '#/'])('takes %j for the page where one begins', address => {
    expect(pageAt(address)).toEqual({ page: 'overview' });
  });

  it.each([
    '#/elsewhere',
    '#/constructor',
    '#/tasks',
    '#/tasks/keyboard',
    '#/tasks/keyboard/constructor',
    '#/tasks/keyboard/rounds/seven',
    '#/tasks/keyboard/rounds/7/8',
    '#/tasks/keyboard/rounds/-1',
    '#/tasks/keyboard/queries/',
    '#/tasks/keyboard/queries/languages/2',
    '#/tasks/keyboard/compare/1',
    '#/tasks/keyboard/compare/1/2/3',
    '#/tasks/keyboard/devices',
    '#/now/now',
    '#/tasks/../rounds',
    '#/tasks/keyboard/queries/..',
    '#/fleet',
    '#/fleet/rounds',
    '#/fleet/rounds/keyboard/seven',
    '#/fleet/rounds/keyboard/7/8',
    '#/fleet/rounds/..',
    '#/fleet/devices/keyboard',
    '#/fleet/versions/keyboard',
    '#/model/versions/keyboard/3/12',
    '#/model/compare/keyboard/3',
    '#/settings/protection/keyboard/2',
  ])('finds no page at %s', address => {
    expect(pageAt(address)).toEqual({ page: 'missing' });
  });
});
