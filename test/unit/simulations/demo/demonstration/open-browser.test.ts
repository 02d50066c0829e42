import { browserCommand } from '@murmuration/demo/demonstration/open-browser';
import { expect, it } from 'vitest';

const url = 'http://127.0.0.1:8800/keyboard/';
const commandOn = (platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, isTTY = true) =>
  browserCommand(url, { platform, isTTY, environment })?.[0];

it.each([
  ['a Mac', 'darwin', {}, 'open'],
  ['Windows', 'win32', {}, 'rundll32'],
  ['X', 'linux', { DISPLAY: ':0' }, 'xdg-open'],
  ['Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
] as const)('is opened on %s', (_, platform, environment, program) => {
  expect(commandOn(platform, environment)).toBe(program);
  expect(browserCommand(url, { platform, isTTY: true, environment })!.at(-1)).toBe(url);
});

it.each([
  ['nobody watches', 'darwin', {}, false],
  ['this is a continuous integration', 'linux', { CI: 'true', DISPLAY: ':0' }, true],
  ['the shell is a remote one', 'darwin', { SSH_CONNECTION: '1.2.3.4 5 6.7.8.9 22' }, true],
  ['there is no screen', 'linux', {}, true],
] as const)('is not opened where %s', (_, platform, environment, isTTY) => {
  expect(commandOn(platform, environment, isTTY)).toBeUndefined();
});
