import { z } from 'zod';
import { GROUP, KIND, PLURAL, Spec, Status, VERSION } from './transformation.ts';

type JsonSchema = Record<string, unknown>;

/** `kubectl get tfm` tells the story in a line; columns with priority 1 are those of `-o wide`. */
const columns = [
  column('Ready', 'string', condition('Ready', 'status'), 'Whether runs can be started'),
  column(
    'Drained',
    'string',
    condition('QueueDrained', 'status'),
    'Whether queue and ledger have come to rest',
  ),
  column('Pending', 'integer', '.status.pendingFiles', 'Files that are received or being loaded'),
  column('Running', 'string', condition('Running', 'status'), 'Whether a run is active'),
  column('Why', 'string', condition('Running', 'reason'), 'Why a run is active, or why none starts'),
  column('Last Run', 'string', '.status.lastRun.outcome', 'How the last run ended'),
  column('Ended', 'date', '.status.lastRun.end', 'How long ago the last run ended'),
  column('Age', 'date', '.metadata.creationTimestamp', 'Age of the Transformation'),
  column('Suspended', 'boolean', '.spec.suspend', 'Whether new runs are held back', 1),
  column('State', 'string', condition('Ready', 'reason'), 'Why it is ready, or not', 1),
  column('Queued', 'integer', '.status.queue.ready', 'Messages that wait in the queue', 1),
  column('Unacked', 'integer', '.status.queue.unacked', 'Messages that consumers are at work on', 1),
  column('Job', 'string', '.status.activeRun.job', 'Job of the active run', 1),
  column('Failed Tests', 'integer', '.status.lastRun.tests.failed', 'Tests that failed in the last run', 1),
  column('Message', 'string', '.status.lastRun.message', 'What failed in the last run', 1),
];

/** The complete CustomResourceDefinition of `Transformation`, as plain JSON. */
export const transformationCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${PLURAL}.${GROUP}` },
  spec: {
    group: GROUP,
    names: {
      kind: KIND,
      listKind: `${KIND}List`,
      plural: PLURAL,
      singular: 'transformation',
      shortNames: ['tfm'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: columns,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description:
              'Runs dbt as a Job whenever the pipeline has drained: every accepted file settled, the queue empty, and quiet for a while.',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string', description: `Version of this schema: ${GROUP}/${VERSION}.` },
              kind: { type: 'string', description: `${KIND}.` },
              metadata: {
                type: 'object',
                // The name becomes the value of a label of its Jobs.
                properties: { name: { type: 'string', maxLength: 63 } },
              },
              spec: { ...structural(Spec), description: 'What is wanted.' },
              status: { ...structural(Status), description: 'What the operator saw and did.' },
            },
          },
        },
      },
    ],
  },
};

function column(name: string, type: string, jsonPath: string, description: string, priority = 0) {
  return { name, type, jsonPath, description, priority };
}

function condition(type: string, field: string): string {
  return `.status.conditions[?(@.type=="${type}")].${field}`;
}

/** A zod schema in the form that a CustomResourceDefinition allows: structural, with defaults filled in by the server. */
function structural(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override({ jsonSchema }) {
      const node = jsonSchema as JsonSchema;
      // The server prunes what it does not know; it refuses these words beside `properties`.
      if (node.additionalProperties === false) delete node.additionalProperties;
      delete node.propertyNames;
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      if (node.type === 'integer') node.format = 'int32';
      if (node['x-kubernetes-int-or-string']) {
        node.anyOf = [{ type: 'integer' }, { type: 'string' }];
      }
    },
  }) as JsonSchema;
}
