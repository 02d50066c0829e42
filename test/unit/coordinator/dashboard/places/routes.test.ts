import { addressOf, type DashboardPlace, placeAt } from '@murmuration/dashboard/context/routes';
import { describe, expect, it } from 'vitest';

const places: readonly (readonly [string, DashboardPlace])[] = [
  ['#/now', { page: 'now' }],
  ['#/devices', { page: 'devices' }],
  ['#/serving', { page: 'serving' }],
  ['#/security', { page: 'security' }],
  ['#/access', { page: 'access' }],
  ['#/tasks/keyboard/model', { page: 'model', task: 'keyboard' }],
  ['#/tasks/keyboard/model/0', { page: 'version', task: 'keyboard', version: 0 }],
  ['#/tasks/keyboard/compare/3/12', { page: 'compare', task: 'keyboard', versions: [3, 12] }],
  ['#/tasks/keyboard/rounds', { page: 'rounds', task: 'keyboard' }],
  ['#/tasks/keyboard/rounds/7', { page: 'round', task: 'keyboard', round: 7 }],
  ['#/tasks/keyboard/training', { page: 'training', task: 'keyboard' }],
  ['#/tasks/keyboard/experiments', { page: 'experiments', task: 'keyboard' }],
  ['#/tasks/keyboard/queries', { page: 'queries', task: 'keyboard' }],
  ['#/tasks/keyboard/queries/languages', { page: 'query', task: 'keyboard', query: 'languages' }],
  ['#/tasks/keyboard/privacy', { page: 'privacy', task: 'keyboard' }],
  ['#/tasks/keyboard/settings', { page: 'settings', task: 'keyboard' }],
];

describe('addresses of the dashboard', () => {
  it.each(places)('%s leads to its place, and the place has it as its address', (address, place) => {
    expect(placeAt(address)).toEqual(place);
    expect(addressOf(place)).toBe(address);
  });

  it.each(['', '#', '#/'])('takes %j for the place where one begins', address => {
    expect(placeAt(address)).toEqual({ page: 'now' });
  });

  it.each([
    '#/elsewhere',
    '#/tasks',
    '#/tasks/keyboard',
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
  ])('finds no page at %s', address => {
    expect(placeAt(address)).toEqual({ page: 'missing' });
  });
});
