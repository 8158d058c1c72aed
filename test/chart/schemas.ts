import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { PROJECT } from './tools.ts';

// `npm run schemas`: what kubeconform holds the chart against, from the OpenAPI of the current kube context: the API
// server's own kinds, and those of the CRDs that are installed there (KEDA, Prometheus operator, Waymark).

type Schema = Record<string, unknown>;

const FOLDER = `${PROJECT}test/chart/schemas`;
/** The kinds that the chart can make. */
const KINDS = [
  'ConfigMap v1',
  'PersistentVolumeClaim v1',
  'Secret v1',
  'Service v1',
  'ServiceAccount v1',
  'Deployment apps/v1',
  'StatefulSet apps/v1',
  'Job batch/v1',
  'Ingress networking.k8s.io/v1',
  'Role rbac.authorization.k8s.io/v1',
  'RoleBinding rbac.authorization.k8s.io/v1',
  'CustomResourceDefinition apiextensions.k8s.io/v1',
  'ScaledObject keda.sh/v1alpha1',
  'TriggerAuthentication keda.sh/v1alpha1',
  'ServiceMonitor monitoring.coreos.com/v1',
  'Transformation waymark.dev/v1alpha1',
];
/** JSON Schemas within CRDs refer to themselves; what stands in there is checked by the API server only. */
const OPAQUE = /\.JSONSchemaProps$/;

const openApi = JSON.parse(
  execFileSync('kubectl', ['get', '--raw', '/openapi/v2'], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
) as { definitions: Record<string, Schema> };

function find(kind: string, apiVersion: string): Schema {
  const [version, group = ''] = apiVersion.split('/').reverse() as [string, string?];
  for (const schema of Object.values(openApi.definitions)) {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as Record<string, string>[];
    if (
      kinds.length === 1 &&
      kinds[0]!.kind === kind &&
      kinds[0]!.group === group &&
      kinds[0]!.version === version
    )
      return schema;
  }
  throw new Error(`the cluster knows no ${kind} of ${apiVersion}: install what brings it`);
}

/** A schema without references and descriptions, which allows no field that it does not name. */
function standalone(schema: Schema): Schema {
  const reference = schema.$ref as string | undefined;
  if (reference !== undefined) {
    const name = reference.replace('#/definitions/', '');
    return OPAQUE.test(name) ? {} : standalone(openApi.definitions[name]!);
  }
  const union = schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string';
  // A quantity is a text by its schema, and may be written as a number.
  if (union || schema.type === undefined)
    return schema.type === undefined && !schema.properties && !union
      ? {}
      : union
        ? { type: ['string', 'integer', 'null'] }
        : object(schema);
  if (schema.type === 'object') return object(schema);
  if (schema.type === 'array') return { type: ['array', 'null'], items: standalone(schema.items as Schema) };
  const { type, enum: choices, pattern } = schema as { type: string; enum?: unknown[]; pattern?: string };
  return {
    type: [type, 'null'],
    ...(choices ? { enum: [...choices, null] } : {}),
    ...(pattern ? { pattern } : {}),
  };
}

function object(schema: Schema): Schema {
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const properties = schema.properties as Record<string, Schema> | undefined;
  const values = schema.additionalProperties as Schema | undefined;
  return {
    type: ['object', 'null'],
    ...(schema.required ? { required: schema.required } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [name, standalone(one)]),
          ),
        }
      : {}),
    ...(values
      ? { additionalProperties: standalone(values) }
      : properties && !open
        ? { additionalProperties: false }
        : {}),
  };
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const entry of KINDS) {
  const [kind, apiVersion] = entry.split(' ') as [string, string];
  const file = `${kind}-${apiVersion.replace(/\.[^/]*/, '').replace('/', '-')}.json`.toLowerCase();
  writeFileSync(`${FOLDER}/${file}`, `${JSON.stringify(standalone(find(kind, apiVersion)))}\n`);
}
console.log(`${KINDS.length} schemas in test/chart/schemas`);
