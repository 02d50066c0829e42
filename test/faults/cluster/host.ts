/** Where a process of a cluster runs. */
export interface Host {
  /** At which others reach it. */
  readonly address: string;
  /** What goes before a command so that it runs there: a program and its arguments. */
  readonly prefix: readonly string[];
}

/** This machine. */
export const here: Host = { address: '127.0.0.1', prefix: [] };

/** How a module of Node is forked on a host. */
export function forkedOn({ prefix: [program, ...args] }: Host, nodeArgs: readonly string[]) {
  return program === undefined
    ? { execArgv: [...nodeArgs] }
    : { execPath: program, execArgv: [...args, process.execPath, ...nodeArgs] };
}
