import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { phrasesQuery } from '@murmuration/demo-keyboard-app/task/phrases';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { base64url, hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { lossesIn } from '@murmuration/simulations/behaviour/losses';
import type { FederatedText } from '@murmuration/simulations/data/federated-text';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import type { HeldOutText } from '@murmuration/studies/keyboard/evaluate';
import { fewestExamples, keyboardTask } from '@murmuration/studies/keyboard/task';
import { heldOutMessages } from '@murmuration/studies/keyboard/text';
import { version0 } from '@murmuration/studies/pretraining/version0';
import { phonesAsked, wordsTask } from '@murmuration/studies/vocabulary/words-task';
import { type AgreedVocabulary, agreedWords } from './demonstration/agreed-words.ts';
import { askLengths } from './demonstration/asked-lengths.ts';
import type { Display } from './demonstration/display.ts';
import { keptHead } from './demonstration/kept-head.ts';
import { roundsBeforeVisitor, type StartOptions } from './demonstration/start-options.ts';
import { Phones } from './phones/phones.ts';
import { sayProblem } from './phones/problems.ts';
import { AskedNgrams, whyUnasked } from './phrases/asked-ngrams.ts';
import { Host } from './visitors/host.ts';
import { scriptedVisitor } from './visitors/scripted-visitor.ts';
import { secondsPerRound, visitedRounds } from './visitors/visited-rounds.ts';
import { Visitors } from './visitors/visitors.ts';

/** Path of the keyboard's page. */
export const pagePath = '/keyboard/';
/** Smaller steps than for an untrained model, which would undo version 0's training within a round. */
const serverLearningRate = 0.09;

/** Options of a start, and its output. */
export interface KeyboardStart {
  readonly options: StartOptions;
  readonly text: FederatedText;
  readonly display: Display;
  /** Time of the start, ms since 1970. */
  readonly began: number;
  /** Folder that keeps all of it; undefined if all of it is deleted at the end. */
  readonly kept: string | undefined;
  /** Called with an error that ends the process. */
  readonly end: (error: unknown) => void;
}

/** Phones, and what they teach. */
interface Taught {
  readonly storage: Stores;
  readonly phones: Phones;
  readonly vocabulary: AgreedVocabulary;
  readonly heldOut: HeldOutText;
  /** Reason why phones are not asked for n-grams; undefined if they are. */
  readonly unasked: string | undefined;
  readonly phrases: NgramsQuery | undefined;
  readonly task: Task;
  /** Task that asks phones for words, and for the lengths of messages. */
  readonly words: Task;
}

/** Coordinator, and its clients other than the phones. */
interface Served {
  readonly coordinator: Coordinator;
  /** Version from which rounds continue. */
  readonly head: NonNullable<Awaited<ReturnType<typeof keptHead>>>;
  /** Resolves once all phones are connected. */
  readonly connected: Promise<void>;
  readonly visitors: Visitors;
  readonly host: Host;
  readonly visitor: Phones | undefined;
  /** Rounds of training to come. */
  readonly roundsLeft: () => number;
  /** Updates that the scripted visitor has sent. */
  readonly visitorUpdates: () => number;
}

/** Demonstration whose rounds may begin. */
export interface Demonstration extends Taught, Served {
  readonly operatorToken: string;
  readonly ngrams: AskedNgrams | undefined;
}

/** Opens a demonstration; `page` is the folder of the keyboard's page, if there is one. */
export async function openDemonstration(
  start: KeyboardStart,
  page: string | undefined,
): Promise<Demonstration> {
  const tokens = drawTokens();
  const taught = await teach(start, tokens.enrolment);
  const coordinator = await openCoordinator(start, taught, tokens, page);
  // The grown version, if words were added to the kept ones.
  const head = (await keptHead(taught.storage, taught.task.name))!;
  await coordinator.control.pause(taught.words.name);
  // An earlier demonstration may have paused it after its last round.
  await coordinator.control.unpause(taught.task.name);
  const served = { coordinator, head, ...serve(start, taught, coordinator, tokens.visitors) };
  const ngrams = askForNgrams(start, taught, served, page !== undefined);
  await ngrams?.open(systemClock.now());
  return { ...taught, ...served, operatorToken: tokens.operator.text, ngrams };
}

interface Tokens {
  readonly enrolment: string;
  readonly visitors: string;
  readonly operator: ReturnType<typeof mintToken>;
}

function drawTokens(): Tokens {
  return {
    enrolment: base64url(systemRandom(24)),
    visitors: base64url(systemRandom(24)),
    operator: mintToken('operator', systemRandom, native),
  };
}

/**
 * Random bytes by the seed; with a kept storage by the system, since earlier starts have used up the seed's.
 */
function randomOf(name: string, { options, kept }: KeyboardStart): RandomBytes {
  return kept ? systemRandom : seededRandom(options.seed, name);
}

/** Opens the phones, and the task for the words they agree on. */
async function teach(start: KeyboardStart, enrolmentToken: string): Promise<Taught> {
  const { options, text, kept, display } = start;
  const storage = await openStorage(kept && join(kept, 'coordinator'), systemClock);
  await startBackend();
  const phones = openPhones(start, enrolmentToken);
  const vocabulary = await agreedWords({
    options,
    text,
    kept,
    storage,
    phones,
    enrolmentToken,
    random: randomOf('words', start),
    display,
  });
  const heldOut = { words: vocabulary.words, messages: heldOutMessages(text) };
  const isCompared = options.compared !== undefined;
  const unasked = isCompared ? 'only recall is compared' : whyUnasked(options);
  const phrases = unasked === undefined ? phrasesQuery(firstWordId + heldOut.words.length) : undefined;
  const task = keyboardTask({
    ...options,
    // A compared run measures on all messages at its end.
    heldOut: isCompared ? { ...heldOut, messages: heldOut.messages.slice(0, 200) } : heldOut,
    model: () => version0(heldOut.words),
    vocabulary: heldOut.words,
    ngrams: phrases,
    serverLearningRate,
  });
  const words = wordsTask(options.devices);
  return { storage, phones, vocabulary, heldOut, unasked, phrases, task, words };
}

function openPhones({ options, text, kept, display, end }: KeyboardStart, enrolmentToken: string): Phones {
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
  return phones;
}

/** Opens the coordinator of the phones and of visitors. */
function openCoordinator(
  start: KeyboardStart,
  { task, words, heldOut, storage }: Taught,
  tokens: Tokens,
  page: string | undefined,
): Promise<Coordinator> {
  const setup = {
    words: heldOut.words,
    enrolment: tokens.visitors,
    leastSentences: fewestExamples,
    secondsPerRound,
  };
  const { id, digest } = tokens.operator.proof;
  return createCoordinator(
    parseConfig({
      port: start.options.port,
      log: 'error',
      enrolmentTokens: [tokens.enrolment, tokens.visitors],
      operatorTokens: [{ id, name: 'you', role: 'admin', sha256: hex(digest) }],
      apps: page ? { [pagePath]: { folder: page, documents: { 'setup.json': setup } } } : {},
    }),
    [task, words],
    { clock: systemClock, random: randomOf('coordinator', start), storage },
  );
}

/** Connects the phones to learn, and makes room for visitors. */
function serve(
  { options, display, end }: KeyboardStart,
  { phones, task, heldOut }: Taught,
  coordinator: Coordinator,
  visitorsToken: string,
): Omit<Served, 'coordinator' | 'head'> {
  // Starts now, since phones connect while the model is measured.
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
  return {
    connected,
    visitors,
    host,
    visitor,
    roundsLeft: () => roundsLeft,
    visitorUpdates: () => visitorUpdates,
  };
}

/** Asks phones for n-grams, and for the lengths of messages. Undefined if they are not asked for n-grams. */
function askForNgrams(
  { options, display, kept }: KeyboardStart,
  { task, words, phrases, storage }: Taught,
  { coordinator, host, visitors, roundsLeft }: Served,
  isServedOn: boolean,
): AskedNgrams | undefined {
  const goesOn = isServedOn && !options.exit;
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
      isOver: () => !goesOn && roundsLeft() <= 0,
      isKept: kept !== undefined,
    });
  const remain = options.devices - phonesAsked(options.devices) >= cohortSizeOf(task);
  const askForLengths = askLengths({
    trained: task.name,
    asking: coordinator.control.tasks.find(each => each.task.name === words.name)!,
    // A phone has a part in one round at a time, so asked phones are missing from a round of training.
    mayAsk: () => remain && options.lose === 0 && visitors.present === 0 && !ngrams?.isOpen,
    events: coordinator.events,
  });
  return ngrams;
}
