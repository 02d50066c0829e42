import { Vocabulary } from '../../task/vocabulary.ts';

/** Coordinator's settings for this page. */
export interface Setup {
  readonly vocabulary: Vocabulary;
  /** Token with which this page's devices enrol. */
  readonly enrolment: string;
  /** Sentences that a device needs to be drawn. */
  readonly leastSentences: number;
  /** Approximate seconds from the beginning of a round to that of the next. */
  readonly secondsPerRound: number;
}

/** Reads the document beside the page. Throws TypeError if it is missing or invalid. */
export async function readSetup(url: URL): Promise<Setup> {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(`${url} answers ${response.status}.`);
  const { words, enrolment, leastSentences, secondsPerRound } = (await response.json()) as Record<
    string,
    unknown
  >;
  const isRight =
    Array.isArray(words) &&
    words.every(word => typeof word === 'string') &&
    typeof enrolment === 'string' &&
    Number.isSafeInteger(leastSentences) &&
    Number.isSafeInteger(secondsPerRound);
  if (!isRight) throw new TypeError(`${url} is not the setup of a keyboard.`);
  return {
    vocabulary: new Vocabulary(words),
    enrolment,
    leastSentences: leastSentences as number,
    secondsPerRound: secondsPerRound as number,
  };
}
