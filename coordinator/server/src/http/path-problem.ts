import { looks } from '@murmuration/protocol/ids/ids';

/** What a part of an address is, as `[what one is called, what one looks like, where those that there are can be found]`. */
type Form = readonly [called: string, looks: string, found: string];

const { name, id, hash } = looks;

/** By the names of parameters in routes. */
const forms: Readonly<Record<string, Form>> = {
  task: ['task name', name, 'GET /v1/tasks and "murmuration tasks list" show the tasks'],
  query: ['name of a query', name, '"murmuration queries list TASK" shows the queries of a task'],
  model: ['hash of a model', hash, 'GET /v1/tasks/TASK/models shows the versions of a task'],
  weights: ['file of weights', `${hash}, then ".bin"`, 'The model.json of a version names its file'],
  file: ['file of the WebAssembly backend', 'one that TensorFlow.js asks for', 'Copy its name from there'],
  round: ['id of a round', id, 'GET /v1/tasks/TASK/rounds shows the rounds of a task'],
  assignment: ['id of an assignment', id, 'The coordinator gives it to the device, with its token'],
  device: ['id of a device', id, '"murmuration devices list" shows the devices'],
  token: [
    'id of a token',
    '16 letters, digits, hyphens and underscores, and not the token itself',
    'The lists of tokens show their ids',
  ],
  alias: [
    'name of a version',
    'a lower-case letter, then up to 31 lower-case letters, digits and hyphens, such as "champion"',
    '"murmuration models list TASK" shows those of a task',
  ],
  number: ['number of a round, run or version', 'a whole number such as 12', 'Their lists show it'],
  window: ['end of a window', 'a whole number of ms since 1970', 'The page of the version links its windows'],
  name: [
    'name of an experiment or a webhook',
    'shorter, of 40 characters at most, or 63 for a webhook',
    'The page of the task shows it',
  ],
};

/** Longest part of an address that an answer repeats, characters. */
const longest = 64;

/**
 * What is wrong with a part of an address, in words for whoever asked: what a right one looks like, and where to find one. A token that was
 * taken for its id is not repeated. undefined for a parameter that has no form.
 */
export function pathProblem(parameter: string, value: unknown): string | undefined {
  const form = Object.hasOwn(forms, parameter) ? forms[parameter] : undefined;
  if (!form) return undefined;
  const [called, looks, found] = form;
  const text = String(value);
  const given = parameter === 'token' ? 'What this address has' : JSON.stringify(text.slice(0, longest));
  return `${given} is no ${called}: it has to be ${looks}. ${found}.`;
}
