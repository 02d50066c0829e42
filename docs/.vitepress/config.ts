import { defineConfig } from 'vitepress';
import { accessible } from './accessible.ts';
import { glossaryLinks } from './glossary.ts';
import { siteLinks } from './links.ts';
import { searchedText } from './searched-text.ts';

const page = (text: string, link: string) => ({ text, link });

export default defineConfig({
  title: 'Murmuration',
  description: 'Federated learning in TypeScript: a coordinator, an on-device SDK and simulations.',
  lang: 'en',
  cleanUrls: true,
  metaChunk: true,
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      siteLinks(md);
      glossaryLinks(md);
    },
    languageAlias: { caddyfile: 'nginx', haproxy: 'nginx' },
  },
  // The index of the search is one chunk (228 kB compressed), which only those load who search.
  vite: { build: { chunkSizeWarningLimit: 1_500 }, plugins: [accessible] },
  themeConfig: {
    search: { provider: 'local', options: { _render: searchedText } },
    nav: [
      page('Start', '/start'),
      page('Guides', '/guides/your-first-task'),
      page('Reference', '/reference/configuration'),
      page('Internals', '/internals/architecture'),
      page('Benchmarks', '/benchmarks/'),
    ],
    sidebar: [
      {
        text: 'Begin',
        items: [
          page('Try it', '/start'),
          page('Your first task', '/guides/your-first-task'),
          page('Your own model', '/guides/own-model'),
          page('Test your app', '/guides/test-your-app'),
        ],
      },
      {
        text: 'Put it in an app',
        items: [
          page('Embed in a web app', '/guides/embed-web'),
          page('Embed in Node', '/guides/embed-node'),
          page('React Native and other platforms', '/guides/react-native'),
          page('Take a model elsewhere', '/guides/export'),
          page('Coming from Python, MLflow', '/guides/python'),
        ],
      },
      {
        text: 'Train',
        items: [
          page('Strategies', '/guides/strategies'),
          page('Slow devices and slow uplinks', '/guides/slow-devices'),
          page('Simulate and tune', '/guides/simulate'),
          page('Training runs and gates', '/guides/retraining'),
          page('Experiments', '/guides/experiments'),
        ],
      },
      {
        text: 'Protect',
        items: [
          page('Secure it', '/guides/secure'),
          page('A privacy budget', '/guides/privacy-budget'),
          page('Ask devices', '/guides/queries'),
        ],
      },
      {
        text: 'Serve and watch',
        items: [
          page('Serve a model', '/guides/serve-a-model'),
          page('Models on demand', '/guides/on-demand'),
          page('Precompute answers', '/guides/precompute'),
          page('Log requests', '/guides/request-log'),
          page('Watch a model', '/guides/monitoring'),
        ],
      },
      {
        text: 'Run it',
        items: [
          page('Run a coordinator', '/guides/run-a-coordinator'),
          page('Fronts and cells', '/guides/fronts-and-cells'),
          page('On Kubernetes', '/guides/kubernetes'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Glossary', '/glossary'),
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
          page('Where things moved', '/moved'),
        ],
      },
    ],
  },
});
