import {
  ApiException,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  type KubeConfig,
  type KubernetesListObject,
  type RequestContext,
  ServerConfiguration,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import {
  API_VERSION,
  GROUP,
  KIND,
  PLURAL,
  RUN_LABEL,
  type Status,
  TRANSFORMATION_LABEL,
  type Transformation,
  VERSION,
} from './transformation.ts';

/** The API server refused, or was out of reach (`code` 0). Holds no body: a body may hold anything. */
export class ClusterError extends Error {
  override name = 'ClusterError';
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.reason = reason;
  }
}

/** An answer that takes longer is given up, in milliseconds: a connection may be dead without knowing. */
const ANSWER_DEADLINE_MS = 20_000;
/** As long as an Event's message may be. */
const EVENT_MESSAGE_LENGTH = 1024;

export interface TransformationEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

type Owned = Pick<Transformation, 'metadata'>;

/** What the operator asks of the API server, in its one namespace. */
export class Cluster {
  readonly namespace: string;
  readonly #custom: CustomObjectsApi;
  readonly #batch: BatchV1Api;
  readonly #core: CoreV1Api;

  constructor(kubeConfig: KubeConfig, namespace: string) {
    this.namespace = namespace;
    const configuration = createConfiguration({
      baseServer: new ServerConfiguration(kubeConfig.getCurrentCluster()!.server, {}),
      authMethods: { default: kubeConfig },
      promiseMiddleware: [
        {
          async pre(request: RequestContext) {
            request.setSignal(AbortSignal.timeout(ANSWER_DEADLINE_MS));
            return request;
          },
          post: async (response) => response,
        },
      ],
    });
    this.#custom = new CustomObjectsApi(configuration);
    this.#batch = new BatchV1Api(configuration);
    this.#core = new CoreV1Api(configuration);
  }

  transformations(labelSelector: string): Promise<KubernetesListObject<Transformation>> {
    return asked(() =>
      this.#custom.listNamespacedCustomObject({ ...this.#kind, ...(labelSelector && { labelSelector }) }),
    );
  }

  /** As it is now, not as an informer saw it last. */
  transformation(name: string): Promise<Transformation | undefined> {
    return found(() => this.#custom.getNamespacedCustomObject({ ...this.#kind, name }));
  }

  /** Writes the whole status, of this object and no later one of its name. */
  async writeStatus({ metadata }: Owned, status: Status): Promise<Transformation> {
    return asked(() =>
      this.#custom.patchNamespacedCustomObjectStatus({
        ...this.#kind,
        name: metadata.name,
        // A JSON patch (RFC 6902): `add` replaces a member that is there.
        body: [
          { op: 'test', path: '/metadata/uid', value: metadata.uid },
          { op: 'add', path: '/status', value: status },
        ],
      }),
    );
  }

  jobs(labelSelector = TRANSFORMATION_LABEL): Promise<KubernetesListObject<V1Job>> {
    return asked(() => this.#batch.listNamespacedJob({ namespace: this.namespace, labelSelector }));
  }

  job(name: string): Promise<V1Job | undefined> {
    return found(() => this.#batch.readNamespacedJob({ namespace: this.namespace, name }));
  }

  createJob(body: V1Job): Promise<V1Job> {
    return asked(() => this.#batch.createNamespacedJob({ namespace: this.namespace, body }));
  }

  /**
   * Deletes the Job if it still is as it was seen. One that is gone is no error, nor one that has changed: the next look
   * decides anew.
   * @param propagationPolicy `Foreground`: the Job stays until its pods are gone
   */
  async deleteJob(job: V1Job, propagationPolicy: 'Foreground' | 'Background'): Promise<void> {
    const { name, uid, resourceVersion } = job.metadata!;
    try {
      await found(() =>
        this.#batch.deleteNamespacedJob({
          namespace: this.namespace,
          name: name!,
          body: { propagationPolicy, preconditions: { uid: uid!, resourceVersion: resourceVersion! } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 409) throw error;
    }
  }

  async podsOf(runId: string): Promise<V1Pod[]> {
    const labelSelector = `${RUN_LABEL}=${runId}`;
    return (await asked(() => this.#core.listNamespacedPod({ namespace: this.namespace, labelSelector })))
      .items;
  }

  /** The values of a Secret as text; undefined where there is none of that name. */
  async secret(name: string): Promise<Record<string, string> | undefined> {
    const secret = await found(() => this.#core.readNamespacedSecret({ namespace: this.namespace, name }));
    return (
      secret &&
      Object.fromEntries(
        Object.entries(secret.data ?? {}).map(([key, value]) => [
          key,
          Buffer.from(value, 'base64').toString(),
        ]),
      )
    );
  }

  /** The values of a ConfigMap; undefined where there is none of that name. */
  async configMap(name: string): Promise<Record<string, string> | undefined> {
    const map = await found(() => this.#core.readNamespacedConfigMap({ namespace: this.namespace, name }));
    return map && (map.data ?? {});
  }

  async tell({ metadata }: Owned, event: TransformationEvent): Promise<void> {
    const { namespace } = this;
    const now = new Date();
    await asked(() =>
      this.#core.createNamespacedEvent({
        namespace,
        body: {
          metadata: { namespace, generateName: `${metadata.name}.` },
          involvedObject: {
            apiVersion: API_VERSION,
            kind: KIND,
            namespace,
            name: metadata.name,
            uid: metadata.uid,
          },
          ...event,
          message: event.message.slice(0, EVENT_MESSAGE_LENGTH),
          source: { component: 'waymark-operator' },
          reportingComponent: 'waymark.dev/operator',
          reportingInstance: process.env.HOSTNAME ?? 'waymark-operator',
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
        },
      }),
    );
  }

  get #kind() {
    return { group: GROUP, version: VERSION, plural: PLURAL, namespace: this.namespace };
  }
}

/** The answer, or a ClusterError: the client's own errors hold bodies and headers in their message. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiException)) {
      const { code, message } = error as NodeJS.ErrnoException & Error;
      const why =
        (error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : message;
      throw new ClusterError(0, code ?? 'Unreachable', `the API server does not answer: ${why}`);
    }
    const status = statusOf(error.body);
    throw new ClusterError(
      error.code,
      status.reason ?? `Code${error.code}`,
      status.message ?? `the API server answered ${error.code}`,
    );
  }
}

/** The answer, or undefined where what was asked for is not there. */
async function found<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await asked(ask);
  } catch (error) {
    if (error instanceof ClusterError && error.code === 404) return undefined;
    throw error;
  }
}

/** The two fields of a `Status` that may be told. */
function statusOf(body: unknown): { reason?: string; message?: string } {
  if (typeof body === 'string') {
    try {
      return statusOf(JSON.parse(body));
    } catch {
      return {};
    }
  }
  const { reason, message } = (body ?? {}) as Record<string, unknown>;
  return {
    ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}
