/** Challenges that were answered, to any process that shares a storage. */
export interface AnsweredChallenges {
  /**
   * Takes an answer; returns true if it is the first with it. The answer is remembered until after `until`.
   * Times are in ms since 1970. Throws `storage.*`.
   */
  take(answer: string, until: number, now: number): Promise<boolean>;
  /** Allows an answer again that led to nothing. Throws `storage.*`. */
  giveBack(answer: string): Promise<void>;
}

/** ms for which an answer is remembered after its challenge has expired, as clocks of processes differ. */
export const clockToleranceMs = 60_000;

/** Keeps the challenges of one process in memory. */
export function memoryChallenges(): AnsweredChallenges {
  const answers = new Map<string, number>();
  return {
    async take(answer, until, now) {
      for (const [each, end] of answers) {
        if (end + clockToleranceMs > now) break;
        answers.delete(each);
      }
      if (answers.has(answer)) return false;
      answers.set(answer, until);
      return true;
    },
    async giveBack(answer) {
      answers.delete(answer);
    },
  };
}
