import { defineConfig } from 'vitepress';
import { siteLinks } from './links.ts';

const page = (text: string, link: string) => ({ text, link });

export default defineConfig({
  title: 'Murmuration',
  description: 'Federated learning in TypeScript: a coordinator, an on-device SDK and simulations.',
  lang: 'en',
  cleanUrls: true,
  metaChunk: true,
  markdown: { config: siteLinks, languageAlias: { caddyfile: 'nginx' } },
  // The index of the search is one chunk, which only those load who search.
  vite: { build: { chunkSizeWarningLimit: 1_000 } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      page('Start', '/start'),
      page('Guides', '/guides/embed-web'),
      page('Reference', '/reference/configuration'),
      page('Internals', '/internals/architecture'),
      page('Benchmarks', '/benchmarks/'),
    ],
    sidebar: [
      { text: 'Start', items: [page('Try it', '/start'), page('A task of your own', '/guides/own-model')] },
      {
        text: 'Guides',
        items: [
          page('Embed in a web app', '/guides/embed-web'),
          page('Embed in Node', '/guides/embed-node'),
          page('Your first task', '/guides/your-first-task'),
          page('Your own model', '/guides/own-model'),
          page('Your own strategy', '/guides/own-strategy'),
          page('Withstand attackers', '/guides/robustness'),
          page('Asynchronous rounds', '/guides/asynchronous'),
          page('Run a coordinator', '/guides/run-a-coordinator'),
          page('Gates', '/guides/gates'),
          page('Serve a model', '/guides/serve-a-model'),
          page('Models on demand', '/guides/on-demand'),
          page('Precompute answers', '/guides/precompute'),
          page('Log requests', '/guides/request-log'),
          page('Learn from feedback', '/guides/feedback'),
          page('Watch a model', '/guides/monitoring'),
          page('Track with MLflow', '/guides/tracking'),
          page('Take a model elsewhere', '/guides/export'),
          page('Simulate', '/guides/simulate'),
          page('Secure it', '/guides/secure'),
          page('A privacy budget', '/guides/privacy-budget'),
          page('Training runs', '/guides/retraining'),
          page('Other platforms', '/guides/other-platforms'),
          page('Examples', '/guides/examples'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Configuration', '/reference/configuration'),
          page('Task', '/reference/task'),
          page('Limits', '/reference/limits'),
          page('Command line', '/reference/cli'),
          page('HTTP', '/reference/http'),
          page('Events of the SDK', '/reference/events'),
          page('Errors', '/reference/errors'),
          page('Metrics', '/reference/metrics'),
          page('Protocol', '/reference/specification'),
          page('API of the SDK', '/reference/api/'),
        ],
      },
      {
        text: 'Internals',
        collapsed: true,
        items: [
          page('Architecture', '/internals/architecture'),
          page('Rounds', '/internals/rounds'),
          page('How data flows', '/internals/data-flow'),
          page('Secure aggregation', '/internals/secure-aggregation'),
          page('Privacy', '/internals/privacy'),
          page('Transport', '/internals/transport'),
          page('Models', '/internals/models'),
          page('Engine', '/internals/engine'),
          page('Storage', '/internals/storage'),
          page('Pages', '/internals/pages'),
          page('Simulations', '/internals/simulations'),
        ],
      },
      { text: 'Benchmarks', items: [page('Figures', '/benchmarks/')] },
      {
        text: 'Project',
        collapsed: true,
        items: [
          page('Threat model', '/project/threat-model'),
          page('Security', '/project/security'),
          page('Contributing', '/project/contributing'),
          page('Changelog', '/project/changelog'),
        ],
      },
    ],
  },
});
