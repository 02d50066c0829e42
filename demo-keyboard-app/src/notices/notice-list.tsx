import { CloseIcon } from '@murmuration/ui/icons/icons';
import { strings } from '../strings/strings.ts';
import type { Notices } from './notices.ts';

/** List of errors, announced to screen readers at once. */
export function NoticeList({ notices }: { readonly notices: Notices }) {
  return (
    <div class="notices" role="alert">
      {notices.list.value.map(({ number, text, code }) => (
        <p key={number} class="notice">
          <span class="text">
            {text} {code && <code>{code}</code>}
          </span>
          <button
            type="button"
            class="round-button"
            aria-label={strings.dismiss}
            title={strings.dismiss}
            onClick={() => notices.dismiss(number)}
          >
            <CloseIcon />
          </button>
        </p>
      ))}
    </div>
  );
}
