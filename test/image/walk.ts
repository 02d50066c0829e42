import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBackend } from '@murmuration/engine/backend/backend';
import { root } from '../docs/documents.ts';
import { lineClient } from '../e2e/line.ts';
import { containerOf, resourcesOf, type Workload } from '../unit/deploy/cluster.ts';
import { Container, type Given, type UnpackedImage } from './container.ts';

// Runs an unpacked image as the manifests for Kubernetes say, and devices beside it. Its argument is the image as JSON; what it found is
// the last line that it prints. It expects a network and mounts of its own: test/image/image.ts starts it.

const image = JSON.parse(process.argv[2]!) as UnpackedImage;
const enrolmentToken = '0123456789abcdef';
const folder = mkdtempSync(join(tmpdir(), 'murmuration-walk-'));
const containers: Container[] = [];

const manifest = (path: string): Workload =>
  resourcesOf(readFileSync(`${root}deploy/kubernetes/base/${path}`, 'utf8'))[0] as unknown as Workload;
const coordinator = manifest('coordinator/stateful-set.yaml');
const replica = manifest('inference/deployment.yaml');
/** The group that Kubernetes lets own what volumes hold. */
const group = coordinator.spec!.template.spec!.securityContext!.fsGroup!;

/** A folder as Kubernetes prepares a volume: of root, and writable by the group of the pod. */
function volume(name: string, files: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(path, file), text);
    chmodSync(join(path, file), 0o440);
    chownSync(join(path, file), 0, group);
  }
  chownSync(path, 0, group);
  chmodSync(path, 0o2775);
  return path;
}

function start(workload: Workload, given: Given): Container {
  const container = new Container(join(folder, `container-${containers.length}`), image, workload, given);
  containers.push(container);
  return container;
}

/** Waits until something is there; a container that ends meanwhile says why. */
async function until<Value>(what: string, container: Container, look: () => Promise<Value | undefined>) {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (container.isOver) throw new Error(`${what}: the container has ended.\n${container.errors}`);
    await pause(200);
  }
  throw new Error(`${what}: not within two minutes.\n${container.errors}`);
}

function urlOf(workload: Workload): string {
  return `http://127.0.0.1:${containerOf(workload).ports![0]!.containerPort}`;
}

async function ready(workload: Workload, container: Container): Promise<void> {
  const path = containerOf(workload).readinessProbe!.httpGet!.path!;
  await until('Readiness', container, async () => (await fetch(urlOf(workload) + path)).ok || undefined);
}

/** What a command of the image prints as JSON. */
async function printed(...args: string[]): Promise<{ text: string; entry: object }> {
  const container = start(replica, { volumes: { config: empty, tasks: empty }, args });
  if ((await container.ended()) !== 0) throw new Error(container.errors);
  return JSON.parse(container.output);
}

/** The newest version of the task. */
async function newestVersion(): Promise<number> {
  const { models } = await (await fetch(`${urlOf(coordinator)}/v1/tasks/line/models`)).json();
  return Math.max(...models.map(({ number }: { number: number }) => number));
}

/** Where the account of a container can make a file. */
function writableIn(container: Container): string[] {
  const places = ['/', '/etc', '/etc/murmuration', '/home/node', '/murmuration', '/murmuration/tasks'];
  return [...places, '/state', '/tmp', '/usr/local/bin', '/var/tmp'].filter(
    place => container.exec('sh', '-c', `: > ${place}/probe && rm ${place}/probe`).code === 0,
  );
}

const empty = volume('empty');
await startBackend();
const clients = Array.from({ length: 3 }, (_, index) => lineClient(urlOf(coordinator), index));
for (const client of clients)
  client.on('error', ({ code, detail }) => console.error(`A device: ${code}: ${detail}`));

try {
  const admin = await printed(
    'tokens',
    'create',
    '--for-config',
    '--role',
    'admin',
    '--name',
    'ada',
    '--json',
  );
  const shop = await printed(
    'tokens',
    'create',
    '--kind',
    'inference',
    '--for-config',
    '--name',
    'shop',
    '--json',
  );
  const tasks = volume('tasks');
  copyFileSync(`${root}examples/line.task.js`, join(tasks, 'task.js'));
  const ofCoordinator: Given = {
    volumes: {
      state: volume('state'),
      config: volume('config', { 'murmuration.json': JSON.stringify({ operatorTokens: [admin.entry] }) }),
      tasks,
    },
    secrets: { MURMURATION_ENROLMENT_TOKENS: enrolmentToken },
  };
  let running = start(coordinator, ofCoordinator);
  await ready(coordinator, running);
  const [, ...check] = image.config.Healthcheck.Test;
  const healthCheck = running.exec(...check).code;
  const account = running.exec('id', '-u').output.trim();
  const writable = writableIn(running);

  // A second one on the same storage, as a cluster would have it that has lost sight of the first.
  const second = start(coordinator, ofCoordinator);
  const secondCode = await second.ended();
  const refusedSecond = secondCode === 1 && /Another (coordinator|process)/.test(second.errors);

  await Promise.all(clients.map(client => client.start()));
  const first = await newestVersion();
  const before = await until('A round', running, async () => {
    const newest = await newestVersion();
    return newest > first ? newest : undefined;
  });

  const replicaGiven: Given = {
    volumes: {
      config: volume('inference', {
        'inference.json': JSON.stringify({ inference: { tokens: [shop.entry] } }),
      }),
      tasks,
    },
  };
  const inference = start(replica, replicaGiven);
  await ready(replica, inference);
  const predict = (headers: Record<string, string>) =>
    fetch(`${urlOf(replica)}/v1/models/line:predict`, {
      method: 'POST',
      body: JSON.stringify({ instances: [[0.5]] }),
      headers,
    });
  const withoutToken = (await predict({})).status;
  const answer = await predict({ authorization: `Bearer ${shop.text}` });
  const predicted = answer.ok ? (await answer.json()).predictions : await answer.text();

  running.signal('TERM');
  const coordinatorEnded = await running.ended();
  running = start(coordinator, ofCoordinator);
  await ready(coordinator, running);
  const after = await newestVersion();
  await until('A round after the restart', running, async () =>
    (await newestVersion()) > after ? true : undefined,
  );
  inference.signal('TERM');
  const inferenceEnded = await inference.ended();
  await Promise.all(clients.map(client => client.stop()));
  running.signal('TERM');
  await running.ended();

  console.log(
    JSON.stringify({
      account,
      healthCheck,
      writable,
      refusedSecond,
      rounds: { before: before - first, kept: after >= before },
      predicted,
      withoutToken,
      exitCodes: { coordinator: coordinatorEnded, inference: inferenceEnded },
    }),
  );
} finally {
  for (const container of containers) if (!container.isOver) container.signal('KILL');
  await Promise.all(containers.map(container => container.ended()));
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
