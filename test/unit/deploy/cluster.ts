import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IService } from 'kubernetes-models/v1/Service';
import { parseAllDocuments } from 'yaml';

/** What every resource has. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What runs pods. */
export type Workload = IStatefulSet | IDeployment;

export interface Pod {
  readonly name: string;
  readonly labels: Labels;
  readonly workload: Workload;
}

export type Labels = Readonly<Record<string, string>>;

/** The resources of a text of YAML. */
export function resourcesOf(yaml: string): Resource[] {
  return parseAllDocuments(yaml).map(document => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Resource;
  });
}

interface Kinds {
  ConfigMap: IConfigMap;
  Deployment: IDeployment;
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  NetworkPolicy: INetworkPolicy;
  PodDisruptionBudget: IPodDisruptionBudget;
  Service: IService;
  ServiceMonitor: IServiceMonitor;
  StatefulSet: IStatefulSet;
}

/** Resources that are applied together. */
export class Cluster {
  readonly resources: readonly Resource[];

  constructor(resources: readonly Resource[]) {
    this.resources = resources;
  }

  /** All of a kind. */
  all<Kind extends keyof Kinds>(kind: Kind): Kinds[Kind][] {
    return this.resources.filter(resource => resource.kind === kind) as unknown as Kinds[Kind][];
  }

  get workloads(): Workload[] {
    return [...this.all('StatefulSet'), ...this.all('Deployment')];
  }

  /** All pods: as many as a stateful set has, each with the label of its name, and one of each deployment. */
  get pods(): Pod[] {
    return this.workloads.flatMap((workload): Pod[] =>
      workload.kind === 'Deployment'
        ? [{ workload, name: workload.metadata!.name!, labels: podLabels(workload) }]
        : Array.from({ length: workload.spec!.replicas! }, (_, index) => {
            const name = `${workload.metadata!.name}-${index}`;
            const labels = { ...podLabels(workload), 'statefulset.kubernetes.io/pod-name': name };
            return { workload, name, labels };
          }),
    );
  }

  /** Workloads whose pods have these labels. */
  selected(labels: Labels | undefined): Workload[] {
    return this.workloads.filter(workload => hasLabels(podLabels(workload), labels));
  }
}

/** Of the pods of a workload. */
export function podLabels(workload: Workload): Labels {
  return workload.spec?.template.metadata?.labels ?? {};
}

/** The one container of a workload's pods. */
export function containerOf(workload: Workload) {
  const containers = workload.spec?.template.spec?.containers ?? [];
  const [container] = containers;
  if (!container || containers.length > 1)
    throw new Error(`${workload.metadata?.name} has ${containers.length} containers.`);
  return container;
}

export function hasLabels(labels: Labels | undefined, wanted: Labels | undefined): boolean {
  const entries = Object.entries(wanted ?? {});
  return entries.length > 0 && entries.every(([name, value]) => labels?.[name] === value);
}
