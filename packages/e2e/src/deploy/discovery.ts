// Configurations of a Prometheus that looks for pods in a cluster, from outside of it, and scrapes none: KWOK's run nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from '@dts/testkit';
import { CHECKOUT } from './compose-project.js';

/** With whose rights it looks, and where. */
export interface Access {
  readonly namespace: string;
  readonly url: string;
  readonly caFile: string;
  readonly tokenFile: string;
}

/** Of what a ServiceMonitor says, what the chart's says. */
export interface ServiceMonitor {
  readonly spec: {
    readonly selector: {
      readonly matchLabels: Readonly<Record<string, string>>;
      readonly matchExpressions: readonly { readonly key: string; readonly operator: 'In'; readonly values: readonly string[] }[];
    };
    readonly endpoints: readonly {
      readonly port: string;
      readonly relabelings: readonly { sourceLabels: string[]; targetLabel: string; replacement?: string }[];
    }[];
  };
}

/** As it ships, but for the cluster, which it would be in, and its pace. @throws Error when nothing is left to be put in */
export async function shippedConfiguration(access: Access): Promise<string> {
  const text = await readFile(join(CHECKOUT, 'monitoring/prometheus/prometheus.kubernetes.yml'), 'utf8');
  const [own, pace] = ['namespaces: { own_namespace: true }', 'scrape_interval: 15s'];
  if (!text.includes(own) || !text.includes(pace)) throw new Error(`prometheus.kubernetes.yml has no more "${own}" or "${pace}"`);
  const cluster = Object.entries(clusterOf(access)).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return text.replace(own, cluster.join('\n        ')).replace(pace, 'scrape_interval: 24h');
}

/** What the Prometheus operator makes of a ServiceMonitor (https://prometheus-operator.dev/docs/api-reference/api/). JSON is YAML. */
export function configurationOf({ spec: { selector, endpoints } }: ServiceMonitor, access: Access): string {
  const keep = (label: string, values: readonly string[]) => ({
    source_labels: [`__meta_kubernetes_${label}`],
    regex: `(${values.join('|')})`,
    action: 'keep',
  });
  const ofService = (key: string) => `service_label_${key.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
  const [endpoint] = endpoints;
  const relabel_configs = [
    ...Object.entries(selector.matchLabels).map(([key, value]) => keep(ofService(key), [value])),
    ...selector.matchExpressions.map(({ key, values }) => keep(ofService(key), values)),
    keep('endpointslice_port_name', [endpoint?.port ?? '']),
    { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
    ...(endpoint?.relabelings ?? []).map(({ sourceLabels, targetLabel, replacement }) => ({
      source_labels: sourceLabels,
      target_label: targetLabel,
      ...(replacement !== undefined && { replacement }),
    })),
  ];
  const kubernetes_sd_configs = [{ role: 'endpointslice', ...clusterOf(access) }];
  return JSON.stringify({
    global: { scrape_interval: '24h' },
    scrape_configs: [{ job_name: 'monitor', kubernetes_sd_configs, relabel_configs }],
  });
}

function clusterOf({ namespace, url, caFile, tokenFile }: Access) {
  return {
    api_server: url,
    tls_config: { ca_file: caFile },
    authorization: { credentials_file: tokenFile },
    namespaces: { names: [namespace] },
  };
}

/** A line for each, in order: what it is called, and where it is scraped. */
export function told(targets: readonly Target[]): string[] {
  return targets.map(({ labels, scrapeUrl }) => `${labels.namespace}: ${labels.job} ${labels.instance} ${scrapeUrl}`).sort();
}
