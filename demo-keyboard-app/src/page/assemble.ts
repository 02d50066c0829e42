import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ThemeChoice } from '@murmuration/ui/theme/theme';
import { computed, effect, signal } from '@preact/signals';
import { Choice, type Forgotten } from '../consent/choice.ts';
import { Draft } from '../draft/draft.ts';
import type { TypingLog } from '../examples/typing-log.ts';
import { KeyboardState } from '../keyboard/keyboard-state.ts';
import { listen } from '../learning/listen.ts';
import { PersonalTraining } from '../learning/personal-training.ts';
import type { Setup } from '../learning/setup.ts';
import type { Notices } from '../notices/notices.ts';
import { Reader } from '../reading/reader.ts';
import { sentences } from '../reading/sentences.ts';
import type { MixtureShares } from '../recall/mixture.ts';
import { RecallTally } from '../recall/tally.ts';
import { Countdown } from '../rounds/countdown.ts';
import { ParticipationState } from '../rounds/participation.ts';
import { SentTraffic } from '../sent/traffic.ts';
import { NextWords } from '../suggestions/next-words.ts';
import { Outcomes } from '../suggestions/outcomes.ts';
import { OwnWords } from '../suggestions/own-words.ts';
import { SuggestionBar } from '../suggestions/suggestion-bar.ts';
import type { PageState } from './state.ts';

/** Sentences that “Type for me” writes at a time. */
const sentencesAtOnce = 6;
/** Sentences between two trainings: few, so that a newcomer sees their model learn. */
const betweenTrainings = 6;

/** Parts of the page. */
interface Parts {
  readonly setup: Setup;
  readonly client: Pick<PlatformClient, 'on' | 'setConsent' | 'pause' | 'resume' | 'forget' | 'start'>;
  readonly hybrid: Hybrid;
  readonly storage: Storage;
  /** Examples of the client; already open. */
  readonly log: TypingLog;
  readonly notices: Notices;
  readonly theme: ThemeChoice;
  /** Returns the next update to be sent as it would look without masks. */
  readonly plain: () => Uint8Array | null;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Assembles the state of the page, and starts the client as far as the person allows. */
export async function assemble(parts: Parts): Promise<PageState> {
  const { setup, client, hybrid, storage, log, notices, theme, plain, clock, random } = parts;
  const failed = (error: unknown) => notices.failed(error);
  const draft = new Draft();
  const ownWords = new OwnWords(setup.vocabulary);
  for (const sentence of log.sentences.peek()) ownWords.learn(sentence);
  const nextWords = new NextWords(hybrid, setup.vocabulary, ownWords);
  const suggestions = new SuggestionBar(draft, nextWords, failed);
  const outcomes = new Outcomes(draft, suggestions, (id, outcome) => {
    // Sentences of “Type for me” are not the writer's choices.
    if (!reader.isReading.peek()) hybrid.feedback(id, outcome).catch(failed);
  });
  const recall = new RecallTally(nextWords, storage);
  await recall.open().catch(failed);
  const sentenceCount = computed(() => log.sentences.value.length);
  const choice = new Choice(
    client,
    storage,
    { sentences: sentenceCount, least: setup.leastSentences },
    failed,
  );
  const participation = new ParticipationState(choice.isActive);
  effect(() => {
    if (!choice.isActive.value) participation.leave();
  });
  const countdown = new Countdown(clock, 1_000 * setup.secondsPerRound);
  const traffic = new SentTraffic();
  const training = new PersonalTraining(hybrid, betweenTrainings, failed);
  const mixture = signal<MixtureShares | null>(null);
  const isLearning = signal(false);
  const { isActive } = choice;
  client.on('model', () => training.want());
  listen(
    client,
    { participation, countdown, traffic, notices, suggestions, mixture, isLearning, isActive, plain },
    clock,
  );

  /** Sends the sentence; each word is scored before the models learn the sentence. */
  const send = () => {
    const sentence = draft.text.peek().trim();
    if (sentence === '') return;
    const counted = recall.sent(draft.text.peek());
    outcomes.sent();
    draft.clear();
    const stored = log.add(sentence).catch(failed);
    const learned = Promise.all([stored, counted]).then(() => {
      ownWords.learn(sentence);
      return hybrid.observe(sentence);
    });
    learned.then(() => {
      suggestions.refresh();
      training.written();
    }, failed);
  };
  effect(() => recall.writing(draft.text.value));
  const reader = new Reader(draft, { sentences, atOnce: sentencesAtOnce }, send, { clock, random });

  const forget = async (): Promise<Forgotten> => {
    reader.stop();
    training.stop();
    outcomes.leave();
    draft.clear();
    const forgotten = await choice.forget().then(() => 'cleared' as const, forgottenDespite);
    log.forget();
    ownWords.forget();
    recall.forget();
    traffic.forget();
    participation.forget();
    mixture.value = null;
    suggestions.refresh();
    client.start().catch(failed);
    return forgotten;
  };
  /** Result of `forget` after an error; stored data is gone even if the coordinator could not be told. */
  const forgottenDespite = (error: unknown): Forgotten => {
    if (error instanceof MurmurationError && error.code === 'server.unreachable') return 'owed';
    failed(error);
    return 'failed';
  };

  await choice.open();
  client.start().catch(failed);
  return {
    draft,
    keyboard: new KeyboardState(draft, send),
    log,
    suggestions,
    recall,
    mixture,
    isLearning,
    participation,
    countdown,
    traffic,
    choice,
    reader,
    notices,
    theme,
    install: signal(null),
    send,
    forget,
  };
}
