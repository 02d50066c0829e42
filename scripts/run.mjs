// node scripts/run.mjs FILE [arguments]: prepares, then runs a TypeScript source with these arguments.
import { spawn } from 'node:child_process';
import { prepare, sourceOptions, stop } from './prepare.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) stop('Usage: node scripts/run.mjs FILE [arguments]');
await prepare();

const program = spawn(process.execPath, [...sourceOptions, file, ...args], { stdio: 'inherit' });

// Ctrl-C in a terminal reaches the program by itself; what is sent to this process alone is passed on.
/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of signals) {
  process.on(signal, () => {
    if (signal === 'SIGTERM' || !process.stdin.isTTY) program.kill(signal);
  });
}

// npm dies of SIGTERM without passing it on; the program then has nobody left to stop it.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    program.kill('SIGTERM');
  }, 500);
}

program.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
