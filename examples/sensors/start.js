import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const here = import.meta.dirname;
const running = new Set();
/** Runs a program that ends with this one. */
function run(command, args, options) {
  const child = spawn(command, args, { detached: true, ...options });
  running.add(child);
  return child.once('exit', () => running.delete(child));
}
const kill = child => process.kill(-child.pid, 'SIGKILL');
process.once('exit', () => running.forEach(kill));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));

const task = [`${here}/sensors.task.js`, '--config', `${here}/coordinator.json`];
const coordinator = run('npx', ['murmuration', 'serve', ...task, '--profile', 'small'], {
  env: { ...process.env, MURMURATION_PORT: process.env.PORT ?? '8800' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
for await (const line of createInterface({ input: coordinator.stdout })) {
  console.log(line);
  const url = /listens on (\S+)/.exec(line)?.[1];
  if (url) live(url);
}

/** Four boxes learn; the last one is without power and network for a while, again and again. */
async function live(url) {
  const box = sensor =>
    run(process.execPath, [...process.execArgv, `${here}/box.js`, url, sensor], { stdio: 'inherit' });
  for (const sensor of [1, 2, 3]) box(sensor);
  for (;;) {
    const last = box(4);
    await pause(30_000);
    kill(last);
    console.log('box 4: offline');
    await pause(15_000);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const bytes = /^process_resident_memory_bytes (\S+)/m.exec(metrics)[1];
    console.log(`coordinator: ${Math.round(bytes / 1e6)} MB`);
  }
}
