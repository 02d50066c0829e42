import { resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { smsText } from '@murmuration/simulations/data/sms';
import { type BuiltPage, dashboardPage, keyboardPage } from '@murmuration/simulations/pages/built-page';
import { percent } from '@murmuration/simulations/study/percent';
import { growHeapFreely } from '@murmuration/simulations/workers/heap';
import { measureBaselines } from '@murmuration/studies/baselines/baselines';
import { addressBox, isColourful, type NamedAddress } from './demonstration/address-box.ts';
import { type AskingLine, openAsking } from './demonstration/asking.ts';
import { compareVisitor, startProcess } from './demonstration/compare-visitor.ts';
import { Display } from './demonstration/display.ts';
import { exampleIn, programs } from './demonstration/examples.ts';
import { recallOf } from './demonstration/learned.ts';
import { browserCommand, openBrowser } from './demonstration/open-browser.ts';
import { runRounds } from './demonstration/run-rounds.ts';
import { parseOptions, roundsBeforeVisitor, type StartOptions } from './demonstration/start-options.ts';
import { openAudits, sayFindings } from './start-findings.ts';
import { type Demonstration, type KeyboardStart, openDemonstration, pagePath } from './start-keyboard.ts';

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
  const isCompared = options.compared !== undefined;
  const pages = {
    keyboard: isCompared ? undefined : await built('keyboard page', keyboardPage, display),
    dashboard: isCompared ? undefined : await built('dashboard', dashboardPage, display),
  };
  const kept = options.storage === undefined ? undefined : resolve(options.storage);
  const given = { options, text, display, began, kept, end };
  const demonstration = await openDemonstration(given, pages.keyboard);
  const audits = openAudits(given, demonstration);
  const { coordinator, task, head, heldOut, connected, host, ngrams, operatorToken } = demonstration;
  const { url } = coordinator;
  const asking = options.exit
    ? undefined
    : await openAsking({ url, operatorToken, model: task.name, now: systemClock.now() });
  const stop = () => close(given, demonstration, asking);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(0)));

  const baselines = measureBaselines(text);
  const first = await recallOf(head.model, heldOut);
  await connected;
  display.say(
    `Held-out recall, top-1 / top-3: most frequent words ${percent(baselines.unigram.top1)} / ${percent(baselines.unigram.top3)}, ` +
      `this model before its first round ${percent(first.top1)} / ${percent(first.top3)}, ` +
      `a trigram of everybody's text in one place ${percent(baselines.trigram.top1)} / ${percent(baselines.trigram.top3)}.`,
  );
  const pageUrl = pages.keyboard && `${url}${pagePath}`;
  const addresses: NamedAddress[] = [
    ...(pageUrl ? [{ name: 'Keyboard: type, and take part', url: pageUrl }] : []),
    ...(pages.dashboard ? [{ name: 'Dashboard', url: `${url}/#token=${operatorToken}` }] : []),
    { name: 'Model', url: `${url}/v1/tasks/keyboard` },
  ];
  display.say(addressBox(addresses, isColourful(out, process.env)));
  if (asking) display.say(`Ask the model:\n${asking.line}`);
  if (options.open && !options.json && pageUrl) showPage(pageUrl, out);
  display.head();
  const goesOn = pages.keyboard !== undefined && !options.exit;
  const records = await runRounds({
    coordinator,
    task: task.name,
    count: options.rounds,
    display,
    labelOf: record => ngrams?.labelOf(record),
    end: () => (goesOn ? host.roundsOver() : coordinator.endRounds()),
  });
  await sayFindings(given, demonstration, { records, first, baselines, audits });
  if (options.exit) await stop();
  else display.say(`The models stay at ${url}/v1/tasks/keyboard/models until you press Ctrl-C.`);
}

/** Stops everything; ends rounds first if a later start continues them. */
async function close(
  { kept, display }: KeyboardStart,
  { host, coordinator, phones, visitor, storage }: Demonstration,
  asking: AskingLine | undefined,
): Promise<void> {
  await asking?.end().catch(error => display.say(messageOf(error)));
  host.close();
  if (kept) await coordinator.endRounds();
  await phones.stop();
  await visitor?.stop();
  await coordinator.stop();
  await storage.close();
}

/** Opens the keyboard's page in a browser, if there is one. */
function showPage(url: string, { isTTY }: NodeJS.WriteStream): void {
  const { platform, env: environment } = process;
  const browser = browserCommand(url, { platform, isTTY: isTTY === true, environment });
  if (browser) openBrowser(browser);
}

/** `npm start -- --visitor`: compares rounds with a visitor to the same rounds without. */
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

/** Folder of a built page; displays the reason and returns undefined if it can't be built. */
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

/** Ends the process with one sentence. */
function end(error: unknown): never {
  console.error(error instanceof MurmurationError ? error.detail : error);
  process.exit(1);
}

growHeapFreely();
const argv = process.argv.slice(2);
const example = exampleIn(argv);
const program = programs.get(example);
const shown =
  program !== undefined
    ? import('./start-program.ts').then(({ startProgram }) => startProgram(program, argv))
    : example === 'spam'
      ? import('./start-spam.ts').then(({ startSpam }) => startSpam(argv))
      : start(argv);
shown.catch(end);
