import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Choice } from '../consent/choice.ts';
import type { TypingLog } from '../examples/typing-log.ts';
import { source } from '../reading/sentences.ts';
import { strings } from '../strings/strings.ts';

interface Shown {
  readonly log: TypingLog;
  readonly choice: Choice;
}

/** Number of sentences shown; all are kept. */
const visible = 30;

/** Sentences written here, the newest at the bottom. */
export function Conversation({ log, choice }: Shown) {
  const list = useRef<HTMLOListElement>(null);
  useSignalEffect(() => {
    log.sentences.value;
    // Waits until the new sentence is rendered.
    requestAnimationFrame(() => list.current?.scrollTo({ top: list.current.scrollHeight }));
  });
  const sentences = log.sentences.value;
  if (sentences.length === 0)
    return (
      <div class="conversation empty">
        <h3>{strings.writing.empty}</h3>
        <p>{strings.writing.emptyHint}</p>
        {!choice.consent.value && (
          <button type="button" class="main-button" onClick={() => choice.agree(true)}>
            {strings.consent.agree}
          </button>
        )}
        <p class="credit">
          {strings.reading.invite}{' '}
          <a href={source.url} rel="noreferrer">
            {strings.reading.credit(source.author, source.title, source.year)}
          </a>
          .
        </p>
      </div>
    );
  const first = Math.max(0, sentences.length - visible);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards must reach a list that scrolls.
    <ol ref={list} class="conversation" tabIndex={0} aria-label={strings.writing.log}>
      {sentences.slice(first).map((sentence, i) => (
        <li key={first + i}>{sentence}</li>
      ))}
    </ol>
  );
}
