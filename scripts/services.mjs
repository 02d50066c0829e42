// What the tests need of the machine beside Node and Chromium: where each is found, and Debian's packages that bring it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say } from './prepare.mjs';

/**
 * @typedef {object} Service
 * @property {string} tag Of the tests that need it.
 * @property {string} description
 * @property {string} variable Names it to the tests; where it is set beforehand, it is what they use.
 * @property {readonly string[]} packages Debian's.
 * @property {readonly string[]} [units] The services that these packages start, which nobody wants.
 * @property {(named: string | undefined) => string | undefined} find
 */

/** @type {readonly Service[]} */
export const services = [
  {
    tag: 'prometheus',
    description: 'Needs prometheus and promtool.',
    variable: 'PROMETHEUS_FOLDER',
    packages: ['prometheus'],
    units: ['prometheus'],
    find: named => folderWith(['prometheus', 'promtool'], named ? [named] : pathFolders()),
  },
  {
    tag: 'onnx-checker',
    description: 'Needs a Python that can import onnx.',
    variable: 'ONNX_PYTHON',
    packages: ['python3-onnx'],
    find: named =>
      (named ? [named] : ['python3', '/usr/bin/python3']).find(
        python => spawnSync(python, ['-c', 'import onnx']).status === 0,
      ),
  },
  {
    tag: 'statistics',
    description: 'Needs a Python that can import scipy and statsmodels.',
    variable: 'STATISTICS_PYTHON',
    packages: ['python3-scipy', 'python3-statsmodels'],
    find: named =>
      (named ? [named] : ['python3', '/usr/bin/python3']).find(
        python => spawnSync(python, ['-c', 'import scipy, statsmodels']).status === 0,
      ),
  },
  {
    tag: 'rabbitmq',
    description: 'Needs the programs of RabbitMQ.',
    variable: 'RABBITMQ_FOLDER',
    packages: ['rabbitmq-server'],
    units: ['rabbitmq-server', 'epmd.socket', 'epmd'],
    // Those of Debian on the PATH change to another user; the ones behind them don't.
    find: named =>
      folderWith(
        ['rabbitmq-server', 'rabbitmqctl'],
        named ? [named] : ['/usr/lib/rabbitmq/bin', ...pathFolders()],
      ),
  },
  {
    tag: 'kafka',
    description: 'Needs librdkafka, for the brokers that it plays, and Python.',
    variable: 'LIBRDKAFKA',
    packages: ['librdkafka1', 'python3'],
    find: named =>
      [named, ...libraryFolders().map(folder => join(folder, 'librdkafka.so.1'))].find(
        file => file && existsSync(file),
      ),
  },
  {
    tag: 'postgresql',
    description: 'Needs the programs of PostgreSQL.',
    variable: 'POSTGRESQL_FOLDER',
    packages: ['postgresql'],
    units: ['postgresql'],
    find: named =>
      folderWith(
        ['initdb', 'postgres'],
        named ? [named] : [...within('/usr/lib/postgresql', 'bin'), ...pathFolders()],
      ),
  },
  {
    tag: 'pgbouncer',
    description: 'Needs PgBouncer.',
    variable: 'PGBOUNCER_FOLDER',
    packages: ['pgbouncer'],
    units: ['pgbouncer'],
    find: named => folderWith(['pgbouncer'], named ? [named] : ['/usr/sbin', ...pathFolders()]),
  },
  {
    tag: 's3',
    description: 'Needs a Python that can import moto and flask_cors, which play S3.',
    variable: 'S3_PYTHON',
    packages: ['python3-moto', 'python3-flask-cors'],
    find: named =>
      (named ? [named] : ['python3', '/usr/bin/python3']).find(
        python => spawnSync(python, ['-c', 'import moto.server, flask_cors']).status === 0,
      ),
  },
  {
    tag: 'redis',
    description: 'Needs the programs of Redis.',
    variable: 'REDIS_FOLDER',
    packages: ['redis-server'],
    units: ['redis-server'],
    find: named => folderWith(['redis-server'], named ? [named] : pathFolders()),
  },
  {
    tag: 'kubectl',
    description: 'Needs kubectl, for the Kustomize that is part of it.',
    variable: 'KUBECTL_FOLDER',
    packages: ['kubectl'],
    find: named => folderWith(['kubectl'], named ? [named] : pathFolders()),
  },
  {
    tag: 'haproxy',
    description: 'Needs haproxy.',
    variable: 'HAPROXY_FOLDER',
    packages: ['haproxy'],
    units: ['haproxy'],
    find: named => folderWith(['haproxy'], named ? [named] : ['/usr/sbin', ...pathFolders()]),
  },
];

/**
 * Finds all services; as root on a Debian, installs those that are missing.
 * @returns {{ env: Record<string, string>, lacking: readonly string[] }} `env` tells tests where each is; `lacking` are the tags of those
 * that can't be had.
 */
export function provideServices() {
  const lacking = services.filter(service => found(service) === undefined);
  if (lacking.length > 0 && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0)
    install(lacking);
  const places = services.map(service => /** @type {const} */ ([service, found(service)]));
  return {
    env: Object.fromEntries(places.map(([{ variable }, place]) => [variable, place ?? ''])),
    lacking: places.flatMap(([{ tag }, place]) => (place === undefined ? [tag] : [])),
  };
}

/** @param {Service} service */
function found({ variable, find }) {
  return find(process.env[variable] || undefined);
}

/** @param {readonly Service[]} lacking */
function install(lacking) {
  const packages = lacking.flatMap(service => service.packages);
  say(`Installing what the tests need (apt-get install ${packages.join(' ')}) …`);
  // A run level in which packages start no service, where systemd does not decide.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = (/** @type {string[]} */ ...step) =>
    spawnSync('apt-get', step, { env, stdio: ['ignore', 2, 2] }).status === 0;
  if (!run('update')) return;
  // One that can't be installed is no reason to lack the others.
  if (!run('install', '--yes', '--no-install-recommends', ...packages))
    for (const service of lacking) run('install', '--yes', '--no-install-recommends', ...service.packages);
  // The programs are wanted, not the services that the packages start.
  for (const { units } of lacking) if (units) spawnSync('systemctl', ['disable', '--now', ...units]);
}

/**
 * The first of the folders that has all programs.
 * @param {readonly string[]} programs
 * @param {readonly string[]} folders
 */
function folderWith(programs, folders) {
  return folders.find(folder => programs.every(name => existsSync(join(folder, name))));
}

function pathFolders() {
  return (process.env.PATH ?? '').split(delimiter).filter(Boolean);
}

function libraryFolders() {
  return ['/usr/lib', '/usr/local/lib', ...within('/usr/lib', '')].filter(folder => existsSync(folder));
}

/**
 * The folder `inner` of each folder there, the last by name first.
 * @param {string} folder
 * @param {string} inner
 */
function within(folder, inner) {
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter(entry => entry.isDirectory())
        .map(({ name }) => join(folder, name, inner))
        .sort()
        .reverse()
    : [];
}

/**
 * Leaves out the tests with these tags, as options of vitest; without tags, no option.
 * @param {readonly string[]} tags
 */
export function withoutTags(tags) {
  return tags.length > 0 ? [`--tags-filter=${tags.map(tag => `!${tag}`).join(' && ')}`] : [];
}
