/** One Deployment. */
export interface DeploymentName {
  readonly namespace: string;
  readonly deployment: string;
}

/** Where the API server keeps what belongs to a Deployment. */
export function pathsOf({ namespace, deployment }: DeploymentName) {
  const within = (group: string) => `/apis/${group}/namespaces/${namespace}`;
  const self = `${within('apps/v1')}/deployments/${deployment}`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  return {
    self,
    scale: `${self}/scale`,
    pods: (selector: string) => `${pods}?labelSelector=${encodeURIComponent(selector)}`,
    pod: (name: string) => `${pods}/${name}`,
    autoscalers: `${within('autoscaling/v2')}/horizontalpodautoscalers`,
    scaledObjects: `${within('keda.sh/v1alpha1')}/scaledobjects`,
    events: `${within('events.k8s.io/v1')}/events`,
  };
}
