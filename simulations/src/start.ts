import { join, resolve } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import { openStorage } from '@murmuration/coordinator/storage/storage';
import { cohortSizeOf } from '@murmuration/coordinator/task/task';
import { mintToken } from '@murmuration/coordinator/tokens/secret-token';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { loadModel } from '@murmuration/engine/models/model';
import { base64url, hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { measureBaselines } from './baselines/baselines.ts';
import { lossesIn } from './behaviour/losses.ts';
import { smsText } from './data/sms.ts';
import { type Address, addressBox, isColourful } from './demonstration/address-box.ts';
import { agreedWords } from './demonstration/agreed-words.ts';
import { askLengths } from './demonstration/asked-lengths.ts';
import { Display } from './demonstration/display.ts';
import { exampleIn } from './demonstration/examples.ts';
import { keptHead } from './demonstration/kept-head.ts';
import { browserCommand, openBrowser } from './demonstration/open-browser.ts';
import { parseOptions } from './demonstration/start-options.ts';
import { recallIn, summary } from './demonstration/summary.ts';
import { ExactnessAudit } from './exactness/audit.ts';
import type { HeldOutText } from './keyboard/evaluate.ts';
import { fewestExamples, keyboardTask } from './keyboard/task.ts';
import { heldOutMessages } from './keyboard/text.ts';
import { type BuiltPage, dashboardPage, keyboardPage } from './pages/built-page.ts';
import { Phones } from './phones/phones.ts';
import { sayProblem } from './phones/problems.ts';
import { version0 } from './pretraining/version0.ts';
import { seededRandom } from './random/seeded-random.ts';
import { percent } from './study/percent.ts';
import { Host } from './visitors/host.ts';
import { besideVisitors, secondsPerRound, smallRounds } from './visitors/small-rounds.ts';
import { Visitors } from './visitors/visitors.ts';
import { wordsTask } from './vocabulary/words-task.ts';
import { growHeapFreely } from './workers/heap.ts';

/** Where the keyboard's page is. */
const pagePath = '/keyboard/';
/** Shorter steps than for a model that has learned nothing: those undo in a round what version 0 was taught. */
const serverLearningRate = 0.09;

/** Why sums can't be checked. */
const reasons = {
  stranger: "they, or a model before them, hold a visitor's update, which only the visitor's device knows.",
  earlier: 'a round went on that began before this start, and what its phones sent then is not kept.',
} as const;

/** `npm start`: a coordinator, and phones that teach a keyboard model with real messages, on this machine. */
async function start(argv: readonly string[]): Promise<void> {
  const text = smsText();
  const options = parseOptions(argv, text.phones.length);
  const out = options.json ? process.stderr : process.stdout;
  const display = new Display(out);
  const began = systemClock.now();

  display.say(
    `${options.devices} phones, each with its own messages, teach one keyboard model. The messages stay on the phones.`,
  );
  const [enrolmentToken, visitorsToken] = [base64url(systemRandom(24)), base64url(systemRandom(24))];
  const { text: operatorToken, proof } = mintToken('operator', systemRandom, native);
  const folder = await built('keyboard page', keyboardPage, display);
  const dashboard = await built('dashboard', dashboardPage, display);
  const kept = options.storage === undefined ? undefined : resolve(options.storage);
  const storage = await openStorage(kept && join(kept, 'coordinator'), systemClock);
  await startBackend();
  const phones = new Phones({
    enrolmentToken,
    seed: options.seed,
    kept: kept ? { folder: join(kept, 'phones'), start: base64url(systemRandom(12)) } : null,
    engine: options.engine,
    losses: lossesIn(options.loseAt, options.lose),
    phones: text.phones
      .slice(0, options.devices)
      .map(({ train: messages }, number) => ({ number, messages })),
  });
  phones.on('failure', end);
  phones.on('event', event => {
    if (event.type === 'error') sayProblem(display, event);
  });
  // What a storage keeps has used up what a seed gives.
  const randomOf = (name: string) => (kept ? systemRandom : seededRandom(options.seed, name));
  const vocabulary = await agreedWords({
    options,
    text,
    kept,
    storage,
    phones,
    enrolmentToken,
    random: randomOf('words'),
    display,
  });
  const heldOut = { words: vocabulary.words, messages: heldOutMessages(text) };
  const task = keyboardTask({
    ...options,
    heldOut,
    model: () => version0(heldOut.words),
    vocabulary: heldOut.words,
    serverLearningRate,
  });
  const small = smallRounds(task);
  const setup = {
    words: heldOut.words,
    enrolment: visitorsToken,
    leastSentences: fewestExamples,
    secondsPerRound,
  };
  const asking = wordsTask(options.devices);
  const coordinator = await createCoordinator(
    parseConfig({
      port: options.port,
      log: 'error',
      enrolmentTokens: [enrolmentToken, visitorsToken],
      operatorTokens: [{ id: proof.id, name: 'you', role: 'admin', sha256: hex(proof.digest) }],
      apps: folder ? { [pagePath]: { folder, documents: { 'setup.json': setup } } } : {},
    }),
    [task, asking],
    { clock: systemClock, random: randomOf('coordinator'), storage },
  );
  // Where words were added to those that are kept, the version that has grown.
  const head = (await keptHead(storage, task.name))!;
  await coordinator.control.pause(asking.name);
  // The demonstration before may have paused it, after its last round.
  await coordinator.control.unpause(task.name);
  // From now on, since phones connect while the model is measured.
  const connected = phones.learn({
    url: coordinator.url,
    plan: { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
    words: heldOut.words,
  });
  const visitors = new Visitors(coordinator.events);
  const host = new Host(visitors, {
    task: task.name,
    control: coordinator.control,
    resize: rounds =>
      coordinator.control.tasks
        .find(({ task: { name } }) => name === task.name)!
        .adjust(rounds === 'small' ? small : task),
    clock: systemClock,
    phones: { all: options.devices, besideVisitors: besideVisitors(options.devices, small) },
    awake: (count, from) => phones.awake(count, from),
    say: line => display.say(line),
  });
  askLengths({
    trained: task.name,
    asking: coordinator.control.tasks.find(each => each.task.name === asking.name)!,
    mayAsk: () => options.lose === 0 && visitors.present === 0,
    events: coordinator.events,
  });
  const audit = new ExactnessAudit(
    task,
    head,
    ({ number }) => {
      display.say(`Round ${number}: its model is not what the updates of its contributors add up to.`);
      process.exitCode = 1;
    },
    { isStranger: device => visitors.has(device), since: began },
  );
  coordinator.events.on('round', state => {
    if (state.terms.plan.task !== task.name) return;
    audit.observe(state);
    if (state.phase === 'updates') host.roundBegan(state.terms.number);
  });
  coordinator.events.on('round-ended', record => {
    if (record.task === task.name) audit.ended(record);
  });
  phones.on('event', event => {
    if (event.type === 'update') audit.take(event);
    if (event.type === 'backend') display.sayOnce(`Phones train on ${event.backend}: ${event.reason}.`);
    if (event.type === 'engine') display.sayOnce(`Training is ${event.engine}: ${event.reason}.`);
  });
  const stop = async () => {
    host.close();
    if (kept) await coordinator.endRounds();
    await phones.stop();
    await coordinator.stop();
    await storage.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(0)));

  const { unigram, trigram } = measureBaselines(text);
  const first = await recallOf(head.model, heldOut);
  await connected;
  display.say(
    `Held-out recall, top-1 / top-3: most frequent words ${percent(unigram.top1)} / ${percent(unigram.top3)}, ` +
      `this model before its first round ${percent(first.top1)} / ${percent(first.top3)}, ` +
      `a trigram of everybody's text in one place ${percent(trigram.top1)} / ${percent(trigram.top3)}.`,
  );
  const pageUrl = folder && `${coordinator.url}${pagePath}`;
  const addresses: Address[] = [
    ...(pageUrl ? [{ name: 'Keyboard: type, and take part', url: pageUrl }] : []),
    { name: 'Ask the model', url: `${coordinator.url}/v2/models/keyboard` },
    ...(dashboard ? [{ name: 'Dashboard', url: `${coordinator.url}/#token=${operatorToken}` }] : []),
    { name: 'Model', url: `${coordinator.url}/v1/tasks/keyboard` },
  ];
  display.say(addressBox(addresses, isColourful(out, process.env)));
  const { platform, env: environment } = process;
  const browser =
    options.open && !options.json && pageUrl
      ? browserCommand(pageUrl, { platform, isTTY: out.isTTY === true, environment })
      : undefined;
  if (browser) openBrowser(browser);
  display.head();
  const goesOn = folder !== undefined && !options.exit;
  const records = await runRounds(coordinator, task.name, options.rounds, display, () =>
    goesOn ? host.roundsOver() : coordinator.endRounds(),
  );
  display.foot();
  const { sumsExact, sumsChecked, sumsUnchecked } = audit.figures;
  const seconds = (systemClock.now() - began) / 1_000;
  const figures = summary(options, first, records);
  display.say(
    `${records.length} rounds in ${seconds.toFixed(0)} s${
      sumsChecked > 0 ? `; ${sumsExact} of ${sumsChecked} sums exact to the last bit` : ''
    }.`,
  );
  if (figures.gain.top1 !== null && figures.gain.top3 !== null)
    display.say(
      `The rounds taught ${signed(figures.gain.top1)} points of top-1 recall and ${signed(figures.gain.top3)} of top-3.`,
    );
  if (audit.unknown) display.say(`${sumsUnchecked} sums can't be checked: ${reasons[audit.unknown]}`);
  if (figures.failedRounds === records.length) {
    display.say('Every round failed, so the model has learned nothing.');
    process.exitCode = 1;
  }
  if (options.json) {
    const { heldOutWords, splitSha256 } = text;
    console.log(
      JSON.stringify({
        ...figures,
        vocabulary: vocabulary.figures,
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

/** Recall of a version on the held-out messages. */
async function recallOf(version: ModelFiles, { words, messages }: HeldOutText): Promise<Recall> {
  const model = await loadModel(version);
  const found = await recall(model, new Vocabulary(words), messages);
  model.dispose();
  return found;
}

/** The folder of a page; undefined, and said why, where it can't be built. */
async function built(
  name: string,
  page: (progress: (modules: number) => void) => Promise<BuiltPage>,
  display: Display,
): Promise<string | undefined> {
  try {
    const { folder, isNew } = await page(modules => display.busy(`Building the ${name}: ${modules} files`));
    if (isNew) display.say(`The ${name} is built. Later starts reuse it.`);
    return folder;
  } catch (error) {
    display.say(`The ${name} could not be built, so it is not served: ${messageOf(error)}`);
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs so many rounds of a task, failed ones included, then `end`. */
function runRounds(
  coordinator: Coordinator,
  task: TaskName,
  count: number,
  display: Display,
  end: () => Promise<void>,
): Promise<readonly RoundRecord[]> {
  const records: RoundRecord[] = [];
  return new Promise((resolve, reject) => {
    coordinator.events.on('round', state => {
      if (state.terms.plan.task === task) display.progress(state);
    });
    coordinator.events.on('round-ended', record => {
      if (record.task !== task) return;
      display.round(record);
      records.push(record);
      if (records.length === count) end().then(() => resolve(records.slice(0, count)), reject);
    });
    coordinator.start().catch(reject);
  });
}

function signed(points: number): string {
  return points < 0 ? `−${Math.abs(points)}` : `+${points}`;
}

/** Ends the process with one sentence. */
function end(error: unknown): never {
  console.error(error instanceof MurmurationError ? error.detail : error);
  process.exit(1);
}

growHeapFreely();
const argv = process.argv.slice(2);
const shown =
  exampleIn(argv) === 'spam'
    ? import('./start-spam.ts').then(({ startSpam }) => startSpam(argv))
    : start(argv);
shown.catch(end);
