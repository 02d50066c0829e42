import { ChoicePanel } from '../consent/choice-panel.tsx';
import { Keyboard } from '../keyboard/keyboard.tsx';
import type { Repeater } from '../keyboard/repeater.ts';
import { NoticeList } from '../notices/notice-list.tsx';
import { Toolbar } from '../reading/toolbar.tsx';
import { ModelPanel } from '../recall/model-panel.tsx';
import { RoundPanel } from '../rounds/round-panel.tsx';
import { SentPanel } from '../sent/sent-panel.tsx';
import { strings } from '../strings/strings.ts';
import { Strip } from '../suggestions/strip.tsx';
import { Composer } from '../writing/composer.tsx';
import { Conversation } from '../writing/conversation.tsx';
import { Header } from './header.tsx';
import type { PageState } from './state.ts';

/** Whole page: a phone to write on, with panels that show what happens with the text. */
export function App({ state, repeater }: { readonly state: PageState; readonly repeater: Repeater }) {
  return (
    <>
      <a class="skip" href="#field">
        {strings.skip}
      </a>
      <Header {...state} />
      <NoticeList notices={state.notices} />
      <main>
        <section class="phone" aria-labelledby="write-heading">
          <h2 id="write-heading" class="hidden">
            {strings.writing.heading}
          </h2>
          <Conversation {...state} />
          <Toolbar {...state} />
          <Composer {...state} />
          <Strip {...state} />
          <Keyboard state={state.keyboard} repeater={repeater} />
        </section>
        <div class="panels">
          <RoundPanel {...state} />
          <ModelPanel {...state} />
          <SentPanel {...state} />
          <ChoicePanel {...state} />
        </div>
      </main>
    </>
  );
}
