import { Link } from '@murmuration/client-sdk/web-view/link';

/** What the app's end puts on the bridge for a training, and what it reads of an answer: the same on every engine. */
export function bridgeProof(): object {
  const posted: string[] = [];
  const read: unknown[] = [];
  const broken: string[] = [];
  const end = (deliver: (message: unknown) => void, post: (text: string) => void) =>
    new Link('a1', { post, deliver, broken: ({ detail }) => void broken.push(detail) });
  const app: Link = end(
    message => void read.push(message),
    text => {
      posted.push(text);
      page.hear(text);
    },
  );
  const page: Link = end(
    message => {
      const { weights, examples } = message as { weights: Float32Array; examples: unknown[] };
      page.send({
        id: 0,
        value: { delta: weights.map(value => value / 3), examples, metrics: { loss: 0.5 } },
      });
    },
    text => void app.hear(text),
  );
  const weights = Float32Array.from({ length: 100_000 }, (_, i) => Math.fround(i / 7) - 1_000);
  app.send({ do: 'train', id: 0, weights, examples: ['wörter 🦢', { at: [1, -0, Number.NaN, undefined] }] });
  const [{ value }] = read as [{ value: { delta: Float32Array; examples: [string, { at: number[] }] } }];
  const { delta, examples } = value;
  return {
    texts: posted.map(text => text.slice(0, 60)),
    delta: [delta.length, delta[1], delta[99_999]],
    examples: [examples[0], examples[1].at.map(each => (Object.is(each, -0) ? '-0' : String(each)))],
    broken,
  };
}
