import { inferenceConfigSchema } from '@murmuration/cli/arguments/inference-config';
import { murmuration } from '@murmuration/cli/program';
import { configSchema, parseConfig, variables } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { watchMetrics } from '@murmuration/coordinator/telemetry/metrics';
import { type ErrorCode, errors, isRetryable } from '@murmuration/protocol/errors/errors';
import { statuses } from '@murmuration/protocol/errors/statuses';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { fleets } from '@murmuration/rounds/task/fleet';
import { prohibitions } from '@murmuration/rounds/task/prohibitions';
import { taskSchema } from '@murmuration/rounds/task/task-schema';
import { brokerMetrics } from '@murmuration/serving/metrics/broker-metrics';
import { inferenceMetrics } from '@murmuration/serving/metrics/metrics';
import { precomputeMetrics } from '@murmuration/serving/metrics/precompute-metrics';
import { accuracyMetrics, feedbackMetrics } from '@murmuration/serving/monitor/metrics';
import type { Command } from 'commander';
import { Registry } from 'prom-client';
import { interfaceMembers, propertyComments } from './comments.ts';
import { type SchemaRow, schemaRows } from './schema-rows.ts';
import { brokerSources, configurationSources, type Source, taskSources } from './sources.ts';

const made = '<!-- Made by `npm run reference`. -->';
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function fields(rows: readonly SchemaRow[], comments: ReadonlyMap<string, string>): string {
  const nameless = rows.filter(({ path }) => !comments.has(path)).map(({ path }) => path);
  if (nameless.length > 0) throw new Error(`Without a comment in the source: ${nameless.join(', ')}.`);
  return table(
    ['field', 'takes', 'default', 'meaning'],
    rows.map(({ path, form, standard }) => [`\`${path}\``, form, standard, cell(comments.get(path)!)]),
  );
}

const commentsOf = (sources: readonly Source[]): Map<string, string> =>
  new Map(sources.flatMap(([file, prefix, name]) => [...propertyComments(file, prefix, name)]));

const durations =
  'A duration is a number of ms or a text such as `"30 s"`, `"1.5 min"`, `"2 h"` or `"90 d"`.';

const leastConfig = parseConfig({ openEnrolment: true });

function configurationPage(): string {
  const comments = commentsOf(configurationSources);
  const brokerComments = commentsOf(brokerSources);
  const rows = schemaRows(configSchema).filter(({ path }) => !path.startsWith('limits.'));
  const brokers = schemaRows(inferenceConfigSchema).filter(({ path }) => /^(?:rabbitmq|kafka)\./.test(path));
  return `# Configuration

\`murmuration serve TASK… --config FILE\` reads a JSON file. Variables of the
environment override some of its fields; lists in them are separated by commas.
[Limits](limits.md) have a page of their own.

${table(
  ['variable', 'overrides'],
  Object.entries(variables).map(([name, { field }]) => [`\`${name}\``, `\`${field}\``]),
)}

${durations}

${made}

${fields(rows, comments)}

## Of an inference server

\`murmuration inference --config FILE\` reads \`host\`, \`port\` and \`inference\`, as above, and the
brokers whose requests it takes, \`rabbitmq\` and \`kafka\`.

${fields(brokers, brokerComments)}
`;
}

function limitsPage(): string {
  const comments = commentsOf(configurationSources);
  const rows = schemaRows(configSchema).filter(({ path }) => path.startsWith('limits.'));
  return `# Limits

\`limits\` of the [configuration](configuration.md) says what the coordinator accepts at most. Beyond a
limit it answers with a code of the [table of errors](../../protocol/ERRORS.md), and reads nothing
further from a connection that sends too much. An address is an IPv4 address, or the first 64 bits of
an IPv6 address; many devices may share one. Behind a proxy, name the proxy in \`trustedProxies\`, or
all devices seem to have one address.

${made}

${fields(rows, comments)}
`;
}

function taskRows(): SchemaRow[] {
  return schemaRows(taskSchema).map(row =>
    row.path === 'strategy' ? { ...row, standard: '`fedAvg()`' } : row,
  );
}

function taskPage(): string {
  const comments = commentsOf(taskSources);
  return `# Task

A task is what \`defineTask\` of \`@murmuration/coordinator\` returns. Fields without a
default must be given. [Your own model](../guides/own-model.md) shows one.

${durations}

${made}

${fields(taskRows(), comments)}

## Fleets

With \`fleet\`, the settings below have these defaults instead of those above; what a task writes wins,
setting by setting. Asynchronous tasks have their own \`cohort.minimum\` and \`cohort.overSelection\`.

${table(['fleet', 'setting', 'default', 'why'], Object.entries(fleets).flatMap(fleetRows))}

## What does not go together

A task with both features of a line is refused (\`config.invalid\`). Numbers that leave no room
for each other, and what has rules of its own such as a gate, are refused with a sentence as well.

| feature | not with | what it says |
|---|---|---|
${Object.entries(prohibitions).flatMap(prohibitionRows).join('\n')}
`;
}

function fleetRows([fleet, presets]: readonly [string, (typeof fleets)['few']]): string[][] {
  const goal = presets['cohort.goal']?.[0];
  return Object.entries(presets).map(([path, [value, why]]) => {
    const used = typeof value === 'function' ? value(goal) : value;
    return [fleet, `\`${path}\``, `\`${JSON.stringify(used)}\``, why];
  });
}

function prohibitionRows([feature, others]: readonly [string, Readonly<Record<string, string>>]): string[] {
  return Object.entries(others).map(([other, said]) => {
    const sentence = said.replace(/\{\w+\}/g, '…');
    return `| ${feature} | ${other} | ${sentence} |`;
  });
}

function commandsOf(command: Command, path: string): string[] {
  command.configureHelp({ helpWidth: 100 });
  const help = command.helpInformation().trimEnd();
  const section = `## ${path}\n\n\`\`\`text\n${help}\n\`\`\``;
  const below = command.commands.filter(each => each.name() !== 'help');
  return [section, ...below.flatMap(each => commandsOf(each as Command, `${path} ${each.name()}`))];
}

async function commandLinePage(): Promise<string> {
  return `# Command line

\`murmuration\` runs a coordinator and talks to one that runs. This page is the help of all commands.

${made}

${commandsOf(await murmuration(), 'murmuration').join('\n\n')}
`;
}

async function httpPage(): Promise<string> {
  const config = { ...leastConfig, port: 0, log: 'silent' as const };
  const coordinator = await createCoordinator(config, [], { clock: steadyClock(), random: systemRandom });
  try {
    const answer = await fetch(`${coordinator.url}/openapi.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Operation>> };
    const rows = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { summary, description }]) => [
        `\`${method.toUpperCase()} ${path}\``,
        cell([summary, description].filter(Boolean).join('. ')),
      ]),
    );
    return `# HTTP

The routes of a coordinator. \`GET /openapi.json\` of a running coordinator describes each of them with
its parameters and answers. Errors are problem documents (RFC 9457) with a \`code\` of the
[table of errors](../../protocol/ERRORS.md). Routes under \`/v1/admin\` need an operator token in
\`Authorization: Bearer\`, or the session of the dashboard.

Routes under \`/v1/admin\`, \`/v1/tasks\`, \`/v1/rounds\` and \`/v1/connection\` refuse a parameter in the
query of the address that they don't have, with 400 and \`request.invalid\`: \`?limt=5\` gets the hint
\`limit\`. Files of models, webhooks that trigger training, and whatever speaks a protocol of others take
any.

${made}

${table(
  ['route', 'does'],
  rows.toSorted(([one], [other]) => (one! < other! ? -1 : 1)),
)}
`;
  } finally {
    await coordinator.stop();
  }
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
}

function eventsPage(): string {
  const own = interfaceMembers('client-sdk/src/client/events.ts', 'ClientEvents');
  const inherited = [
    ...interfaceMembers('client-sdk/src/session/events.ts', 'SessionEvents'),
    ...interfaceMembers('client-sdk/src/hybrid/events.ts', 'HybridEvents'),
  ];
  const named = new Map([...inherited, ...own].map(member => [member.name, member]));
  const members = [...named.values()];
  const sections = members.map(
    ({ name, text, comment }) =>
      `## ${name}\n\n${comment === '' ? '' : `${comment}\n\n`}\`\`\`text\n${text}\n\`\`\``,
  );
  return `# Events of the SDK

An app listens with \`client.on(NAME, listener)\`. A listener that throws harms nothing.

${made}

${sections.join('\n\n')}
`;
}

async function metricsPage(): Promise<string> {
  const registry = new Registry();
  watchMetrics(
    registry,
    new CoordinatorEvents(),
    {
      tasks: () => [],
      waiting: () => 0,
      isPaused: () => false,
      marked: () => ({ silent: 0, suspect: 0, apart: 0, slow: 0 }),
      isTraining: () => undefined,
      privacy: () => undefined,
      connected: () => 0,
      polled: () => ({ size: 0, polls: 0 }),
      enrolled: () => 0,
      traffic: () => ({ up: 0, down: 0 }),
      firing: () => [],
    },
    steadyClock(),
  );
  inferenceMetrics(registry);
  brokerMetrics(registry);
  precomputeMetrics(registry);
  feedbackMetrics(registry);
  accuracyMetrics(registry, () => []);
  const metrics = await registry.getMetricsAsJSON();
  const own = metrics.filter(({ name }) => name.startsWith('murmuration_'));
  return `# Metrics

\`GET /metrics\` answers in the text format of Prometheus. Labels have values from bounded sets: tasks,
phases, outcomes, error codes; no label names a device. Counts begin at the start of the process. The
default metrics of \`prom-client\` about the process (\`process_*\`, \`nodejs_*\`) are there as well.

${made}

${table(
  ['metric', 'type', 'meaning'],
  own.map(({ name, type, help }) => [`\`${name}\``, String(type), cell(help)]),
)}
`;
}

function errorsPage(): string {
  return `# Error codes

Every error that crosses a wire or reaches an app has one of these codes. Over HTTP it is the member
\`code\` of a problem document (RFC 9457) with the status below; over the socket it is the \`code\` of a
refusal (SPEC.md, CH5). A code never gets another meaning. *Retry* says whether the same request,
unchanged, may succeed later.

${made}

${table(
  ['Code', 'Status', 'Retry', 'Meaning'],
  (Object.keys(statuses) as ErrorCode[]).map(code => [
    `\`${code}\``,
    String(statuses[code]),
    isRetryable(code) ? 'yes' : 'no',
    errors[code],
  ]),
)}
`;
}

/** The pages of reference that are made from code, by their path in the repository. */
export async function referencePages(): Promise<Map<string, string>> {
  return new Map([
    ['protocol/ERRORS.md', errorsPage()],
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/limits.md', limitsPage()],
    ['docs/reference/task.md', taskPage()],
    ['docs/reference/cli.md', await commandLinePage()],
    ['docs/reference/http.md', await httpPage()],
    ['docs/reference/events.md', eventsPage()],
    ['docs/reference/metrics.md', await metricsPage()],
  ]);
}
