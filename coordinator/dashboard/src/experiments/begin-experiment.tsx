import type { NewExperiment } from '@murmuration/api/experiment';
import { Dialog } from '@murmuration/ui/controls/dialog';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Field, Form, ProblemSummary } from '../controls/form.tsx';
import { Select } from '../controls/select.tsx';
import { Failure } from '../loading/loading.tsx';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  /** Called when an experiment has begun. */
  readonly begun: () => void;
}

const hour = 3_600_000;
/** Steps of a canary; a file for the command line can have others. */
const steps = [0.01, 0.1, 0.5].map(share => ({ share, for: hour }));

/** Button with a form that begins an experiment; nothing for viewers. */
export function BeginExperiment({ task, begun }: Shown) {
  const { session, requests, notice } = useDashboard();
  const isOpen = useSignal(false);
  const refusal = useSignal<ApiRefusal | null>(null);
  if (!session.may('operator')) return null;
  const toggle = () => {
    isOpen.value = !isOpen.value;
    refusal.value = null;
  };
  const begin = async (form: HTMLFormElement) => {
    const text = (field: string) => String(new FormData(form).get(field));
    const kind = text('kind') as NewExperiment['kind'];
    const versions = text('versions').match(/\d+/g) ?? [];
    const terms: NewExperiment = {
      name: text('name'),
      kind,
      metric: text('metric') as NonNullable<NewExperiment['metric']>,
      arms: versions.map(version => ({ name: `version-${version}`, version: Number(version) })),
      ...(kind === 'canary' && { steps }),
    };
    try {
      await requests.send('POST', `tasks/${task}/experiments`, terms);
      toggle();
      notice.say(words.form.done);
      begun();
    } catch (error) {
      refusal.value = asRefusal(error);
    }
  };
  return (
    <>
      <button type="button" class="main-button" onClick={toggle}>
        {words.form.label}
      </button>
      {isOpen.value && (
        <Dialog title={words.form.label} close={toggle}>
          <Form kind="form" submit={begin}>
            <Field name="name" label={words.form.name} hint={words.form.nameHint}>
              {field => <input {...field} required pattern="[a-z][a-z0-9\-]{0,39}" autocomplete="off" />}
            </Field>
            <Field name="kind" label={words.form.kind}>
              {field => <Select {...field} of={Object.entries(words.form.kinds)} />}
            </Field>
            <Field name="versions" label={words.form.versions} hint={words.form.versionsHint}>
              {field => <input {...field} required pattern="[0-9]+([ ,]+[0-9]+)*" autocomplete="off" />}
            </Field>
            <Field name="metric" label={words.form.metric}>
              {field => <Select {...field} of={Object.entries(words.metrics)} />}
            </Field>
            <small class="muted">
              {words.form.more} <code>{words.command(task)}</code>
            </small>
            <ProblemSummary />
            {refusal.value && <Failure refusal={refusal.value} />}
            <div class="choices">
              <button type="submit" class="main-button">
                {words.form.begin}
              </button>
            </div>
          </Form>
        </Dialog>
      )}
    </>
  );
}
