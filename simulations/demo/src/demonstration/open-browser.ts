import { spawn } from 'node:child_process';

/** Program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * Command that opens an address in the person's browser; undefined without one: if no terminal is attached
 * (`isTTY`), in continuous integration or a remote shell, or if the machine has no screen.
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

/** Runs the command without waiting; if it fails, the address is still in the terminal. */
export function openBrowser([program, ...args]: Command): void {
  const opened = spawn(program, args, { stdio: 'ignore', detached: true });
  opened.on('error', () => {});
  opened.unref();
}
