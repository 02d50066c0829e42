import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { inGraph } from '@murmuration/coordinator/round/phases/keys';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import { cohortSizeOf, type Task } from '@murmuration/coordinator/task/task';
import { mintToken } from '@murmuration/coordinator/tokens/secret-token';
import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { describeModel } from '@murmuration/engine/model';
import { base64url, hex } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import { measureBaselines } from './baselines/baselines.ts';
import { lossesIn } from './behaviour/losses.ts';
import { smsText } from './data/sms.ts';
import { Display } from './demonstration/display.ts';
import { parseOptions, type StartOptions } from './demonstration/start-options.ts';
import { ExactnessAudit } from './exactness/audit.ts';
import { fewestExamples, keyboardTask } from './keyboard/task.ts';
import { heldOutText } from './keyboard/text.ts';
import { type BuiltPage, dashboardPage, keyboardPage } from './pages/built-page.ts';
import { Phones } from './phones/phones.ts';
import { seededRandom } from './random/seeded-random.ts';
import { percent } from './study/percent.ts';
import { Host } from './visitors/host.ts';
import { Visitors } from './visitors/visitors.ts';
import { growHeapFreely } from './workers/heap.ts';

/** Where the keyboard's page is. */
const pagePath = '/keyboard/';

/** `npm start`: a coordinator, and phones that teach a keyboard model with real messages, on this machine. */
async function start(): Promise<void> {
  const text = smsText();
  const options = parseOptions(process.argv.slice(2), text.phones.length);
  const display = new Display(options.json ? process.stderr : process.stdout);
  const began = systemClock.now();

  display.say(
    `${options.devices} phones, each with its own messages, teach one keyboard model; the messages stay on the phones.`,
  );
  const [enrolmentToken, visitorsToken] = [base64url(systemRandom(24)), base64url(systemRandom(24))];
  const { text: operatorToken, proof } = mintToken('operator', systemRandom, native);
  const heldOut = heldOutText(text, smallModel.vocabulary);
  const task = keyboardTask({ ...options, heldOut });
  const folder = await built('keyboard page', keyboardPage, display);
  const dashboard = await built('dashboard', dashboardPage, display);
  const setup = { words: heldOut.words, enrolment: visitorsToken, leastSentences: fewestExamples };
  const coordinator = await createCoordinator(
    parseConfig({
      port: options.port,
      log: 'error',
      enrolmentTokens: [enrolmentToken, visitorsToken],
      operatorTokens: [{ id: proof.id, name: 'you', role: 'admin', sha256: hex(proof.digest) }],
      apps: folder ? { [pagePath]: { folder, documents: { 'setup.json': setup } } } : {},
    }),
    [task],
    { clock: systemClock, random: seededRandom(options.seed, 'coordinator') },
  );
  display.say(`Coordinator: ${coordinator.url}/v1/tasks/keyboard`);
  if (dashboard) display.say(`Dashboard: ${coordinator.url}/#token=${operatorToken}`);

  const phones = new Phones({
    url: coordinator.url,
    enrolmentToken,
    seed: options.seed,
    engine: options.engine,
    losses: lossesIn(options.loseAt, options.lose),
    plan: { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
    words: heldOut.words,
    phones: text.phones
      .slice(0, options.devices)
      .map(({ train: messages }, number) => ({ number, messages })),
  });
  phones.on('failure', end);
  const visitors = new Visitors(coordinator.events);
  const host = new Host(visitors, {
    task: task.name,
    control: coordinator.control,
    clock: systemClock,
    phones: { all: options.devices, besideVisitors: besideVisitors(options.devices, task) },
    awake: count => phones.awake(count),
    say: line => display.say(line),
  });
  const initial = await task.model();
  const audit = new ExactnessAudit(
    task,
    describeModel(initial),
    ({ number }) => {
      display.say(`Round ${number}: its model is not what the updates of its contributors add up to.`);
      process.exitCode = 1;
    },
    device => visitors.has(device),
  );
  initial.dispose();
  coordinator.events.on('round', state => audit.observe(state));
  coordinator.events.on('round-ended', record => audit.ended(record));
  phones.on('event', event => {
    if (event.type === 'update') audit.take(event);
    if (event.type === 'backend') display.say(`Phones train on ${event.backend}: ${event.reason}.`);
    if (event.type === 'engine') display.say(`Training is ${event.engine}: ${event.reason}.`);
    if (event.type === 'error') display.say(`Phone ${event.phone}: ${event.message}`);
  });
  const stop = async () => {
    host.close();
    await phones.stop();
    await coordinator.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(0)));

  const { unigram, trigram } = measureBaselines(text);
  display.say(
    `Held-out recall, top-1 / top-3: most frequent words ${percent(unigram.top1)} / ${percent(unigram.top3)}, ` +
      `a trigram of everybody's text in one place ${percent(trigram.top1)} / ${percent(trigram.top3)}.`,
  );
  await phones.connected(options.devices);
  if (folder) display.say(`Type on it yourself, and take part: ${coordinator.url}${pagePath}`);
  display.head();
  const goesOn = folder !== undefined && !options.exit;
  const records = await runRounds(coordinator, options.rounds, display, () =>
    goesOn ? host.roundsOver() : coordinator.endRounds(),
  );
  const { sumsExact, sumsChecked, sumsWithVisitors } = audit.figures;
  const seconds = (systemClock.now() - began) / 1_000;
  display.say(
    `${records.length} rounds in ${seconds.toFixed(0)} s; ${sumsExact} of ${sumsChecked} sums exact to the last bit.`,
  );
  if (sumsWithVisitors > 0)
    display.say(
      `${sumsWithVisitors} more can't be checked: a visitor's update is in them, or in a model before them, and nobody but its device has it.`,
    );
  if (options.json) {
    const { heldOutWords, splitSha256 } = text;
    console.log(
      JSON.stringify({
        ...summary(options, records),
        sumsExact,
        sumsChecked,
        unigram: recallIn(unigram),
        trigram: recallIn(trigram),
        heldOutWords,
        splitSha256,
        seconds,
      }),
    );
  }
  if (options.exit) await stop();
  else display.say(`The models stay at ${coordinator.url}/v1/tasks/keyboard/models until you press Ctrl-C.`);
}

/** So few phones that a round never chooses among them and a visitor, nor sheds one of them: it begins once it has waited for others. */
function besideVisitors(devices: number, task: Task): number {
  return Math.min(devices, Math.ceil(inGraph * task.cohort.goal) - 1, cohortSizeOf(task) - 1);
}

/** The folder of a page; undefined, and said why, where it can't be built. */
async function built(
  name: string,
  page: (progress: (modules: number) => void) => Promise<BuiltPage>,
  display: Display,
): Promise<string | undefined> {
  try {
    const { folder, isNew } = await page(modules => display.busy(`Building the ${name}: ${modules} files`));
    if (isNew) display.say(`The ${name} is built; later starts find it ready.`);
    return folder;
  } catch (error) {
    display.say(`The ${name} could not be built, so it is not served: ${messageOf(error)}`);
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs so many rounds, failed ones included, then `end`. */
function runRounds(
  coordinator: Coordinator,
  count: number,
  display: Display,
  end: () => Promise<void>,
): Promise<readonly RoundRecord[]> {
  const records: RoundRecord[] = [];
  return new Promise((resolve, reject) => {
    coordinator.events.on('round', state => display.progress(state));
    coordinator.events.on('round-ended', record => {
      display.round(record);
      records.push(record);
      if (records.length === count) end().then(() => resolve(records.slice(0, count)), reject);
    });
    coordinator.start().catch(reject);
  });
}

/** What a program wants to know of the run. Recall in per cent of the held-out words, bytes in all. */
function summary(
  { devices, cohort, overSelection, seed, masking, lose, loseAt, engine }: StartOptions,
  records: readonly RoundRecord[],
) {
  const last = records.findLast(({ metrics }) => metrics !== null)?.metrics;
  const total = (of: (record: RoundRecord) => number) => records.reduce((sum, record) => sum + of(record), 0);
  return {
    rounds: records.length,
    failedRounds: total(({ outcome }) => (outcome === 'failed' ? 1 : 0)),
    devices,
    cohort,
    overSelection,
    seed,
    masking,
    lose,
    loseAt,
    engine,
    contributors: records.map(({ tally }) => tally.accepted),
    top1: inPercent(last?.top1),
    top3: inPercent(last?.top3),
    bytesUp: total(({ traffic }) => traffic.up),
    bytesDown: total(({ traffic }) => traffic.down),
  };
}

function recallIn({ top1, top3 }: Recall) {
  return { top1: inPercent(top1), top3: inPercent(top3) };
}

function inPercent(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(1e4 * share) / 100;
}

/** Ends the process with one sentence. */
function end(error: unknown): never {
  console.error(error instanceof MurmurationError ? error.detail : error);
  process.exit(1);
}

growHeapFreely();
start().catch(end);
