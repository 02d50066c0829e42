/** Which challenges were answered, to whichever process that shares a storage. */
export interface AnsweredChallenges {
  /** Whether nobody has given this answer yet; it is remembered until after `until`. Times are in ms since 1970. Throws `storage.*`. */
  take(answer: string, until: number, now: number): Promise<boolean>;
  /** The answer may be given again, since it led to nothing. Throws `storage.*`. */
  giveBack(answer: string): Promise<void>;
}

/** ms for which an answer is remembered beyond the time of its challenge: clocks of processes differ. */
export const remembered = 60_000;

/** Those of one process. */
export function memoryChallenges(): AnsweredChallenges {
  const answers = new Map<string, number>();
  return {
    async take(answer, until, now) {
      for (const [each, end] of answers) {
        if (end + remembered > now) break;
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
