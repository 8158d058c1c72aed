import { z } from 'zod';
import { type Forward, forward } from './kube.ts';

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

/** Where Prometheus is, as `namespace/service`: what the Prometheus operator calls it, and kube-prometheus-stack with it. */
const SERVICE = process.env.E2E_PROMETHEUS || 'monitoring/prometheus-operated';
const PORT = 9090;

export interface Prometheus {
  /** The instant values of an expression. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  close(): void;
}

export async function openPrometheus(): Promise<Prometheus> {
  const [namespace, service] = SERVICE.split('/') as [string, string];
  const way: Forward = await forward(namespace, `svc/${service}`, PORT);
  return {
    async query(expression) {
      const response = await fetch(`http://${way.host}:${way.port}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expression }),
      });
      if (!response.ok)
        throw new Error(`Prometheus answers ${response.status} to ${expression}: ${await response.text()}`);
      const { data } = Answer.parse(await response.json());
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    close: () => way.close(),
  };
}
