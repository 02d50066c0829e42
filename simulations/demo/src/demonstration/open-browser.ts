import { spawn } from 'node:child_process';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * What opens an address in the browser of the person who watches; undefined where there is none: nobody watches (`isTTY`), this is a
 * continuous integration or a remote shell, or the machine has no screen.
 */
export function browserCommand(
  url: string,
  {
    platform,
    isTTY,
    environment,
  }: {
    readonly platform: NodeJS.Platform;
    readonly isTTY: boolean;
    readonly environment: NodeJS.ProcessEnv;
  },
): Command | undefined {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = environment;
  if (!isTTY || CI || SSH_CONNECTION) return undefined;
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return DISPLAY || WAYLAND_DISPLAY ? ['xdg-open', url] : undefined;
}

/** Runs it and forgets it: where it fails, the address is still in the terminal. */
export function openBrowser([program, ...args]: Command): void {
  const opened = spawn(program, args, { stdio: 'ignore', detached: true });
  opened.on('error', () => {});
  opened.unref();
}
