import type { Sent } from '@murmuration/client-sdk/transport/observed';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';

/** Texts of error codes; `unknown` stands for all others. */
type ErrorTexts = Readonly<Partial<Record<ErrorCode, string>> & Record<'unknown', string>>;

const number = new Intl.NumberFormat('en');

/** Texts of the page, in English. */
export const strings = {
  title: 'Murmuration keyboard',
  name: 'Murmuration',
  tagline: 'It learns your words. They stay on this device.',
  skip: 'Skip to the text field',
  loading: 'Getting the keyboard ready …',
  brokenStart: 'The keyboard could not start here.',
  brokenStartHint:
    'Reload the page. If that does not help, check that the coordinator is running: npm start.',

  theme: { light: 'Use light colours', dark: 'Use dark colours' },
  install: 'Install',

  connection: {
    connecting: 'Connecting',
    online: 'Connected',
    offline: 'Offline',
    standby: 'Standing by',
    off: 'Local only',
  },
  connectionHint: {
    connecting: 'Looking for the coordinator.',
    online: 'This device can be drawn for rounds.',
    offline: 'The coordinator can’t be reached; it is tried again by itself. Typing and learning here go on.',
    standby: 'Another tab of this browser takes part. Close it, and this one goes on in its place.',
    off: 'Nothing is sent. Typing and learning here go on.',
  },

  writing: {
    heading: 'Write',
    log: 'What you wrote',
    empty: 'Write. It learns.',
    emptyHint:
      'Suggestions come from a model that many devices teach together, and from one that is only yours. What you write stays on this device; only if you agree, masked numbers leave it.',
    field: 'Message',
    placeholder: 'Write something …',
    send: 'Send',
    tabHint: 'Tab takes the first suggestion, Alt and 1, 2 or 3 takes any. Esc, then Tab, leaves the field.',
  },

  suggestions: {
    label: 'Suggestions',
    none: 'No suggestion',
    empty: {
      global: 'The shared model has not arrived yet.',
      personal: 'Your own model begins once you have sent a few sentences.',
      hybrid: 'Suggestions begin when the first model arrives.',
    },
  },

  keyboard: {
    label: 'On-screen keyboard; the arrow keys move between its keys',
    actions: {
      shift: 'Shift',
      erase: 'Delete',
      letters: 'abc: letters',
      symbols: '123: numbers and signs',
      space: 'Space',
      send: 'Send',
    },
    shiftOnce: 'Shift, for one letter',
    shiftLock: 'Shift, locked',
    faces: { letters: 'abc', symbols: '123', space: 'space' },
  },

  reading: {
    start: 'Type for me',
    stop: 'Stop typing',
    credit: (author: string, title: string, year: number) => `${author}, ${title} (${year})`,
    invite: 'Or let “Type for me” write, in the public domain:',
  },

  models: {
    heading: 'Whose suggestions',
    names: { global: 'Shared', personal: 'Yours', hybrid: 'Both' },
    about: {
      global: 'What all devices taught together',
      personal: 'What only this device learned',
      hybrid: 'A blend, weighted by what works best for you',
    },
    recallCaption: 'How often the next word was suggested, in what you wrote here',
    model: 'Model',
    top1: 'first',
    top3: 'among three',
    nothing: 'Write a few words to compare the models.',
    words: (count: number) =>
      `Measured on ${number.format(count)} ${count === 1 ? 'word' : 'words'} you wrote, before the models saw them.`,
    lambda: (share: number, common: number, questions: number) =>
      `In the blend, ${Math.round(100 * share)} % is yours${
        common > 0 ? ` and ${Math.round(100 * common)} % what many write one after the other` : ''
      }: what helped most on ${number.format(questions)} words held out here.`,
    commonOnly: (common: number) =>
      `The blend is the shared model and, for ${Math.round(100 * common)} %, what many write one after the other. Yours joins once it helps.`,
    lambdaNone: 'The blend is only the shared model until yours helps.',
    learning: 'Learning from what you wrote …',
    share: (value: number) => `${Math.round(100 * value)} %`,
  },

  rounds: {
    heading: 'Learning together',
    idle: 'No part in a round right now',
    soon: (seconds: number) =>
      seconds > 0 ? `The next round starts in about ${seconds} s` : 'The next round starts any moment now',
    idleHint: 'Each round draws devices at random. Yours can be drawn; it may take a few rounds.',
    notYet: (left: number) =>
      `Send ${left} more ${left === 1 ? 'sentence' : 'sentences'}, and this device can be drawn.`,
    paused: 'Paused. This device isn’t drawn until you resume.',
    withoutConsent: 'You are not taking part, and nothing is sent.',
    offline: 'No connection to the coordinator. Rounds wait.',
    standby: 'Another tab takes part for this device.',
    connecting: 'Connecting to the coordinator …',
    invitation: 'Not taking part yet',
    pausedShort: 'Paused',
    inTheDraw: 'Ready for a round',
    missing: (left: number) => `${left} more ${left === 1 ? 'sentence' : 'sentences'} to take part`,
    now: (round: number) => `Round ${number.format(round)}`,
    steps: {
      keys: 'Agree on masks',
      shares: 'Back up the mask keys',
      training: 'Train on your words',
      uploading: 'Send masked numbers',
      unmasking: 'Add up, unmask the sum',
    },
    questions: {
      phrases:
        'A question, and nothing is trained: which words you write, and which of them one after the other.',
      other: 'A question, and nothing is trained.',
    },
    done: 'done',
    progress: 'Progress of this step',
    past: 'Your rounds so far',
    counted: (round: number) => `Round ${number.format(round)}: your part is in the sum`,
    answered: (round: number) => `Round ${number.format(round)}: your answer is in the sum`,
    missed: (round: number) => `Round ${number.format(round)}: over without your part`,
    phones:
      'The others here are simulated phones. Each phone holds 200 messages that follow one another in the NUS SMS corpus, which names no authors: a phone is a cut of a file, not a person.',
    flock: 'Each point is a device; the bright one is yours. They gather while a round runs.',
    versions: (count: number, size: string) =>
      `${number.format(count)} ${count === 1 ? 'model' : 'models'} received, ${size} the last.`,
  },

  sent: {
    heading: 'What left this device',
    none: 'Nothing yet.',
    total: (messages: number, size: string) =>
      `${number.format(messages)} ${messages === 1 ? 'message' : 'messages'}, ${size} in all since you opened this page. No text among them.`,
    table: 'Messages, the newest first',
    columns: { kind: 'Message', size: 'Size', time: 'Time' },
    masked: 'masked',
    kinds: {
      hello: 'Hello: proves who it is',
      enrol: 'Enrolment: its public key',
      'check-in': 'Check-in: how many sentences, not which',
      keys: 'Keys for masks',
      shares: 'Shares, sealed for neighbours',
      update: 'Update: what was learned',
      answer: 'Answer: counts of what was asked',
      agree: 'Agreement to whose updates count',
      reveal: 'Shares of masks to take off',
      leave: 'Leaves a round',
      forget: 'Asks to be forgotten',
      predict: 'Asks for a prediction',
    } satisfies Record<Sent['kind'], string>,
    look: 'How it looks',
    lookWaiting:
      'After your first round, you see here what the coordinator got from you, beside what it would have got without masks.',
    asSent: 'As it was sent',
    asSentText: (bits: string) => `Noise: ${bits} of 8 bits of every byte are unpredictable.`,
    unmasked: 'Without masks',
    unmaskedText: 'Each bright or dark line is a word that you wrote. This never left.',
    picture: { masked: 'Masked bytes: even grey noise', plain: 'Plain update: bands on an even ground' },
    histogram: {
      masked: 'Byte values, all equally frequent',
      plain: 'Byte values, nearly all in the middle',
    },
  },

  consent: {
    heading: 'Your choice',
    agree: 'Help teach the shared model',
    agreeHint:
      'Sends masked numbers only: what the model learned, and which known words and word pairs you use. Nobody can read yours; only totals over many devices.',
    totals: 'What totals may tell',
    totalsText:
      'Of words, only what three devices or more have in common is shown. Two totals that differ by this device may tell what it said: what you write again and again, and what became of suggestions, is in more than one. Words, and word pairs, are asked for in turn: together they may tell what a short message said. A device that was cleared begins as a new one: what you write again is asked for again.',
    pause: 'Pause',
    resume: 'Resume',
    pauseHint: 'Leaves the round and sends nothing until you resume.',
    forget: 'Clear all data',
    forgetHint: 'Erases what you wrote, your model and this device’s identity.',
    confirm: 'Clear everything?',
    confirmText:
      'Your sentences, your own model, the scores and this device’s identity are erased. What the shared model has learned from sums can’t be taken back.',
    confirmYes: 'Clear all data',
    confirmNo: 'Keep it',
    forgotten: {
      cleared: 'All data of this page is cleared.',
      owed: 'All data here is cleared. The coordinator hears of it as soon as it can be reached.',
      failed: 'Not everything could be cleared. Try again, or clear this site’s data in your browser.',
    },
  },

  dismiss: 'Dismiss',
  errors: {
    unknown:
      'Something did not work. What you wrote is safe; reload the page if it does not go on by itself.',
    'device.revoked': 'The operator has removed this device. Clear all data to begin as a new one.',
    'device.enrolment-refused':
      'The coordinator does not take this page any more. Reload it to get its present invitation.',
    'device.enrolment-unavailable':
      'The coordinator can’t take new devices right now; it is tried again by itself.',
    'device.replaced':
      'This device connected a second time, and the newer connection counts. Close the other tab.',
    'device.insecure': 'Taking part needs a secure page. Open it over https, or from localhost.',
    'device.signature': 'The coordinator does not recognise this device. Clear all data to start again.',
    'protocol.version': 'The page and the coordinator are of different versions. Reload the page.',
    'plan.below-floor':
      'The coordinator asked for less protection than this page insists on, so this device took no part.',
    'engine.no-backend':
      'This browser can’t run the model: it lacks WebAssembly. Try a current version of it.',
    'training.failed': 'Training failed on this device. It tries again in the next round.',
    'training.no-memory': 'This device has too little free memory to train. Close other tabs to help.',
    'model.unusable': 'The newest model can’t be used here; the last good one goes on.',
    'model.corrupt': 'A model arrived damaged and was not used; the last good one goes on.',
    'model.missing': 'The model of this round is gone at the coordinator; the next round has a new one.',
    'hybrid.damaged': 'What your model had learned was damaged. It is learned again from your sentences.',
    'storage.failed':
      'This browser does not let the page store anything now. Leave private mode, or free some space.',
    'storage.corrupt': 'Something stored on this device was damaged and is left out. The rest is as it was.',
    'storage.newer': 'A newer version of this page has stored data here. Reload the page to get it.',
    'storage.full':
      'The storage of this browser is full. Free some space; what you wrote is still here until you close the page.',
    'secagg.too-few': 'Too few devices were left in the round to hide among, so nothing was revealed.',
  } satisfies ErrorTexts as ErrorTexts,
} as const;

/** Formats bytes for people: a kB is 1,000 bytes. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${unit}`;
}

/** Formats the time of day. */
export function timeOf(at: number): string {
  return new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' }).format(at);
}
