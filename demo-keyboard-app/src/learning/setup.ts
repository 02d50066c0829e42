import { Vocabulary } from '../../task/vocabulary.ts';

/** What the coordinator tells this page about itself and its task. */
export interface Setup {
  readonly vocabulary: Vocabulary;
  /** The token with which this page's devices enrol. */
  readonly enrolment: string;
  /** Sentences that a device must have to be drawn. */
  readonly leastSentences: number;
  /** From the beginning of a round to that of the next, about. */
  readonly secondsPerRound: number;
}

/** Reads the document beside the page. Throws TypeError where there is none, or it is not what it should be. */
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
