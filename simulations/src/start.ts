import { join, resolve } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/coordinator/round/record';
import { countedNgrams } from '@murmuration/coordinator/rounds/ngram-chain';
import { openStorage } from '@murmuration/coordinator/storage/storage';
import { cohortSizeOf } from '@murmuration/coordinator/task/task';
import { mintToken } from '@murmuration/coordinator/tokens/secret-token';
import { phrasesQuery } from '@murmuration/demo-keyboard-app/task/phrases';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { base64url, hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { measureBaselines } from './baselines/baselines.ts';
import { lossesIn } from './behaviour/losses.ts';
import { smsText } from './data/sms.ts';
import { type Address, addressBox, isColourful } from './demonstration/address-box.ts';
import { agreedWords } from './demonstration/agreed-words.ts';
import { askLengths } from './demonstration/asked-lengths.ts';
import { openAsking } from './demonstration/asking.ts';
import { compareVisitor, startProcess } from './demonstration/compare-visitor.ts';
import { Display } from './demonstration/display.ts';
import { exampleIn } from './demonstration/examples.ts';
import { keptHead, keptVersion } from './demonstration/kept-head.ts';
import { mixedRecallOf, recallOf } from './demonstration/learned.ts';
import { browserCommand, openBrowser } from './demonstration/open-browser.ts';
import { runRounds } from './demonstration/run-rounds.ts';
import { parseOptions, roundsBeforeVisitor, type StartOptions } from './demonstration/start-options.ts';
import { recallIn, summary } from './demonstration/summary.ts';
import { SumAudits } from './exactness/sum-audits.ts';
import { fewestExamples, keyboardTask } from './keyboard/task.ts';
import { heldOutMessages } from './keyboard/text.ts';
import { type BuiltPage, dashboardPage, keyboardPage } from './pages/built-page.ts';
import { Phones } from './phones/phones.ts';
import { sayProblem } from './phones/problems.ts';
import { AskedNgrams, whyUnasked } from './phrases/asked-ngrams.ts';
import { aboutNgrams, ngramFigures } from './phrases/ngram-report.ts';
import { version0 } from './pretraining/version0.ts';
import { seededRandom } from './random/seeded-random.ts';
import { percent } from './study/percent.ts';
import { Host } from './visitors/host.ts';
import { scriptedVisitor } from './visitors/scripted-visitor.ts';
import { secondsPerRound, visitedRounds } from './visitors/visited-rounds.ts';
import { Visitors } from './visitors/visitors.ts';
import { phonesAsked, wordsTask } from './vocabulary/words-task.ts';
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
  if (options.visitor) return withAndWithoutVisitor(argv, options, display);

  display.say(
    `${options.devices} phones, each with its own messages, teach one keyboard model. The messages stay on the phones.`,
  );
  const [enrolmentToken, visitorsToken] = [base64url(systemRandom(24)), base64url(systemRandom(24))];
  const { text: operatorToken, proof } = mintToken('operator', systemRandom, native);
  const isCompared = options.compared !== undefined;
  const folder = isCompared ? undefined : await built('keyboard page', keyboardPage, display);
  const dashboard = isCompared ? undefined : await built('dashboard', dashboardPage, display);
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
  const unasked = isCompared ? 'only recall is compared' : whyUnasked(options);
  const phrases = unasked === undefined ? phrasesQuery(firstWordId + heldOut.words.length) : undefined;
  const task = keyboardTask({
    ...options,
    // The end measures on all of them.
    heldOut: isCompared ? { ...heldOut, messages: heldOut.messages.slice(0, 200) } : heldOut,
    model: () => version0(heldOut.words),
    vocabulary: heldOut.words,
    ngrams: phrases,
    serverLearningRate,
  });
  const setup = {
    words: heldOut.words,
    enrolment: visitorsToken,
    leastSentences: fewestExamples,
    secondsPerRound,
  };
  const words = wordsTask(options.devices);
  const coordinator = await createCoordinator(
    parseConfig({
      port: options.port,
      log: 'error',
      enrolmentTokens: [enrolmentToken, visitorsToken],
      operatorTokens: [{ id: proof.id, name: 'you', role: 'admin', sha256: hex(proof.digest) }],
      apps: folder ? { [pagePath]: { folder, documents: { 'setup.json': setup } } } : {},
    }),
    [task, words],
    { clock: systemClock, random: randomOf('coordinator'), storage },
  );
  // Where words were added to those that are kept, the version that has grown.
  const head = (await keptHead(storage, task.name))!;
  await coordinator.control.pause(words.name);
  // The demonstration before may have paused it, after its last round.
  await coordinator.control.unpause(task.name);
  // From now on, since phones connect while the model is measured.
  const learning = {
    url: coordinator.url,
    plan: { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
    words: heldOut.words,
  };
  const connected = phones.learn(learning);
  const visitors = new Visitors(coordinator.events);
  const host = new Host(visitors, {
    task: task.name,
    control: coordinator.control,
    resize: rounds =>
      coordinator.control.tasks
        .find(({ task: { name } }) => name === task.name)!
        .adjust(rounds === 'visited' ? visitedRounds(task) : task),
    clock: systemClock,
    phones: options.devices,
    awake: count => phones.awake(count),
    say: line => display.say(line),
  });
  const goesOn = folder !== undefined && !options.exit;
  let roundsLeft = options.rounds;
  const visitor = options.compared === 'with' ? scriptedVisitor(visitorsToken, options) : undefined;
  let visitorUpdates = 0;
  visitor?.on('failure', end);
  visitor?.on('event', event => {
    if (event.type === 'update') visitorUpdates += 1;
    if (event.type === 'error') sayProblem(display, event);
  });
  coordinator.events.on('round-ended', ({ task: name, query }) => {
    if (name !== task.name || query !== undefined) return;
    roundsLeft -= 1;
    if (options.rounds - roundsLeft === roundsBeforeVisitor) visitor?.learn(learning).catch(end);
  });
  const ngrams =
    phrases &&
    new AskedNgrams({
      task,
      query: phrases,
      ask: name => coordinator.control.ask(task.name, name),
      results: storage.queryResults,
      events: coordinator.events,
      host,
      display,
      settled: () => askForLengths(),
      isOver: () => !goesOn && roundsLeft <= 0,
      isKept: kept !== undefined,
    });
  const remain = options.devices - phonesAsked(options.devices) >= cohortSizeOf(task);
  const askForLengths = askLengths({
    trained: task.name,
    asking: coordinator.control.tasks.find(each => each.task.name === words.name)!,
    // A phone has a part in one round at a time: those that are asked are missing from one of training.
    mayAsk: () => remain && options.lose === 0 && visitors.present === 0 && !ngrams?.isOpen,
    events: coordinator.events,
  });
  const countedNow = async () =>
    phrases ? countedNgrams(task, phrases.name, storage.queryResults, systemClock.now()) : null;
  await ngrams?.open(systemClock.now());
  const audits = new SumAudits({
    task,
    head,
    events: coordinator.events,
    shown: async ({ query, number, round }: RoundRecord) => {
      const [result] = await storage.queryResults.results(task.name, query!, number + 1, 1);
      return result?.round === round ? result.figures : null;
    },
    ngrams: async () => (await countedNow())?.file,
    isStranger: device => visitors.has(device),
    since: began,
    differs: ({ number, query }) => {
      display.say(
        query === undefined
          ? `Round ${number}: its model is not what the updates of its contributors add up to.`
          : `Round ${number}: what it shows is not what the answers of its contributors add up to.`,
      );
      process.exitCode = 1;
    },
  });
  phones.on('event', event => {
    if (event.type === 'update') audits.update(event);
    if (event.type === 'answer') audits.answer(event);
    if (event.type === 'backend') display.sayOnce(`Phones train on ${event.backend}: ${event.reason}.`);
    if (event.type === 'engine') display.sayOnce(`Training is ${event.engine}: ${event.reason}.`);
  });
  const { url } = coordinator;
  const asking = options.exit
    ? undefined
    : await openAsking({ url, operatorToken, model: task.name, now: systemClock.now() });
  const stop = async () => {
    await asking?.end().catch(error => display.say(messageOf(error)));
    host.close();
    if (kept) await coordinator.endRounds();
    await phones.stop();
    await visitor?.stop();
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
    ...(dashboard ? [{ name: 'Dashboard', url: `${coordinator.url}/#token=${operatorToken}` }] : []),
    { name: 'Model', url: `${coordinator.url}/v1/tasks/keyboard` },
  ];
  display.say(addressBox(addresses, isColourful(out, process.env)));
  if (asking) display.say(`Ask the model:\n${asking.line}`);
  const { platform, env: environment } = process;
  const browser =
    options.open && !options.json && pageUrl
      ? browserCommand(pageUrl, { platform, isTTY: out.isTTY === true, environment })
      : undefined;
  if (browser) openBrowser(browser);
  display.head();
  const records = await runRounds({
    coordinator,
    task: task.name,
    count: options.rounds,
    display,
    labelOf: record => ngrams?.labelOf(record),
    end: () => (goesOn ? host.roundsOver() : coordinator.endRounds()),
  });
  const seconds = (systemClock.now() - began) / 1_000;
  const { sumsExact, sumsChecked, sumsUnchecked, unknown } = await audits.models();
  const asked = await ngrams?.standing();
  const answerSums = await audits.answers();
  const last = records.findLast(({ model }) => model !== null)?.model;
  const mixed = last
    ? await mixedRecallOf(await keptVersion(storage, last), heldOut.words, text.phones)
    : null;
  display.foot();
  const figures = summary(options, first, records);
  display.say(
    `${records.length} rounds in ${seconds.toFixed(0)} s${
      sumsChecked > 0 ? `; ${sumsExact} of ${sumsChecked} sums exact to the last bit` : ''
    }.`,
  );
  if (!isCompared && figures.gain.top1 !== null && figures.gain.top3 !== null)
    display.say(
      `The rounds taught ${signed(figures.gain.top1)} points of top-1 recall and ${signed(figures.gain.top3)} of top-3.`,
    );
  if (unknown) display.say(`${sumsUnchecked} sums can't be checked: ${reasons[unknown]}`);
  for (const line of aboutNgrams({ unasked, asked, mixed, answerSums, figures })) display.say(line);
  if (figures.failedRounds === records.length) {
    display.say('Every round failed, so the model has learned nothing.');
    process.exitCode = 1;
  }
  if (options.json) {
    const { heldOutWords, splitSha256 } = text;
    const measured = isCompared && last && (await recallOf(await keptVersion(storage, last), heldOut));
    console.log(
      JSON.stringify({
        ...figures,
        ...(measured && { ...recallIn(measured), visitorUpdates }),
        vocabulary: vocabulary.figures,
        ngrams: ngramFigures({ unasked, asked, mixed, answerSums }),
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

/** `npm start -- --visitor`: what a visitor adds to what rounds teach, or takes from it. */
async function withAndWithoutVisitor(
  argv: readonly string[],
  { seed, json }: StartOptions,
  display: Display,
): Promise<void> {
  const compared = await compareVisitor(seed, startProcess(argv), line => display.say(line));
  const { top1, top3, withoutVisitor } = compared;
  display.say(
    `Top-1 / top-3, means of three seeds: ${top1} / ${top3} % with a visitor from round ${roundsBeforeVisitor + 1} on, ${withoutVisitor.top1} / ${withoutVisitor.top3} % without.`,
  );
  if (json) console.log(JSON.stringify(compared));
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
