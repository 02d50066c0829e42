import MiniSearch, { type SearchResult } from 'minisearch';
import { searchOptions } from '../../docs/.vitepress/search.ts';

/** Queries of the site's search, and the section that each must find first. */
export const queries: readonly (readonly [query: string, found: string])[] = [
  ['pytorch', '/guides/python#pytorch-weights-in'],
  ['keras', '/guides/python#keras-weights-in'],
  ['tensorflow', '/guides/python#keras-weights-in'],
  ['jupyter notebook', '/guides/python#curves-into-a-notebook'],
  ['Python', '/guides/python#coming-from-python'],
  ['hugging face', '/guides/python#coming-from-python'],
  ['onnx', '/guides/export#onnx'],
  ['pause', '/guides/embed-node#consent'],
  ['resume', '/guides/embed-node#consent'],
  ['opt-out', '/guides/embed-node#consent'],
  ['erase', '/guides/embed-node#consent'],
  ['GDPR', '/guides/embed-node#consent'],
  ['early stopping', '/guides/retraining#when-a-run-ends'],
  ['rollback', '/guides/retraining#taken-back-by-itself'],
  ['differential privacy', '/guides/privacy-budget#give-a-task-a-privacy-budget'],
  ['epsilon', '/guides/privacy-budget#give-a-task-a-privacy-budget'],
  ['wifi', '/guides/react-native#react-native-and-other-platforms'],
  ['expo', '/guides/react-native#react-native-and-other-platforms'],
  ['react nativ', '/guides/react-native#react-native-and-other-platforms'],
  ['offline', '/guides/embed-web#predict-in-the-page'],
  ['web worker', '/guides/embed-web#embed-in-a-web-app'],
  ['A/B test', '/guides/experiments#begin-one'],
  ['canary', '/guides/experiments#begin-one'],
  ['drift', '/guides/monitoring#has-the-data-drifted'],
  ['alerts', '/guides/run-a-coordinator#metrics-and-alerts'],
  ['prometheus', '/guides/run-a-coordinator#metrics-and-alerts'],
  ['grafana', '/guides/run-a-coordinator#metrics-and-alerts'],
  ['docker', '/guides/run-a-coordinator#container'],
  ['S3', '/guides/run-a-coordinator#models-in-a-bucket'],
  ['backup', '/guides/run-a-coordinator#backups'],
  ['k8s', '/guides/kubernetes#on-kubernetes'],
  ['postgres', '/guides/fronts-and-cells#connections-to-postgresql'],
  ['kafka', '/guides/on-demand#models-on-demand'],
  ['rabbitmq', '/guides/on-demand#models-on-demand'],
  ['grpc', '/guides/serve-a-model#over-grpc'],
  ['REST', '/guides/serve-a-model#serve-a-model'],
  ['triton', '/guides/serve-a-model#serve-a-model'],
  ['password', '/guides/secure#who-may-operate'],
  ['token', '/guides/secure#who-may-operate'],
  ['checkpoint', '/guides/simulate#simulate-and-tune'],
  ['simulation', '/guides/simulate#simulate-and-tune'],
  ['hyperparameters', '/guides/simulate#tune-settings'],
  ['non-IID', '/guides/strategies#devices-that-drift-apart'],
  ['FedAvg', '/guides/strategies#strategies'],
  ['fedprox', '/guides/strategies#strategies'],
  ['embeddings', '/guides/own-model#options-for-larger-models'],
  ['battery', '/guides/embed-web#what-the-coordinator-learns'],
  ['secure aggregation', '/internals/secure-aggregation#secure-aggregation'],
  ['murmuration tasks abort', '/reference/cli#murmuration-tasks-abort'],
];

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly titles: readonly string[];
  readonly text: string;
}

/** The search over an index, as VPLocalSearchBox.vue of VitePress makes it. */
export const searchOver = (json: string): MiniSearch<Section> =>
  MiniSearch.loadJSON(json, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    searchOptions,
  });

/** The addresses of what a query finds, best first. */
export const found = (index: MiniSearch<Section>, query: string): string[] =>
  index.search(query).map((result: SearchResult) => result.id as string);
