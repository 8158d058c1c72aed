import { PARTS } from '../src/platform/roles.ts';
import { both, isEmpty, type Leaf } from './leaf.ts';
import type { Release } from './release.ts';

/** A Secret that Helm generates: the one part that the plain form has not, as nobody may know its values. */
export interface GeneratedSecret {
  component: string;
  condition: Leaf<boolean>;
  /** Texts that are the same for everybody. */
  fixed: Record<string, string>;
  /** The key that is random. */
  random: string;
}

/** Long enough that nobody guesses it; letters and digits, so that it needs no escapes in a URL. */
const LENGTH = 40;

export const generatedSecrets = ({ values: { postgres, rabbitmq, api } }: Release): GeneratedSecret[] => [
  {
    component: 'postgres',
    condition: both(postgres.enabled, isEmpty(postgres.existingSecret)),
    fixed: { username: 'waymark' },
    random: 'password',
  },
  ...PARTS.map((part) => ({
    component: `postgres-${part}`,
    condition: both(postgres.enabled, isEmpty(postgres.logins[part].existingSecret)),
    fixed: { username: `waymark_${part}_login` },
    random: 'password',
  })),
  {
    component: 'rabbitmq',
    condition: both(rabbitmq.enabled, isEmpty(rabbitmq.existingSecret)),
    fixed: { username: 'waymark' },
    random: 'password',
  },
  { component: 'api', condition: isEmpty(api.existingSecret), fixed: {}, random: 'token' },
];

const labels = (component: string) => `  labels:
    app.kubernetes.io/component: ${component}
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
    app.kubernetes.io/name: waymark
    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
    helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}`;

/** The key under which a Secret holds the file of tokens. */
export const TOKENS_KEY = 'tokens.yaml';

/** The file of tokens as the values have it: hashes, no secrets. It says the whole of it, so an upgrade takes tokens away too. */
export const tokensTemplate = ({
  values: { api },
}: Release): string => `{{- if ${isEmpty(api.tokensSecret).expression} }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ printf "%s-api-tokens" .Release.Name }}
${labels('api-tokens')}
type: Opaque
data:
  ${TOKENS_KEY}: {{ dict "tokens" (${api.tokens.expression}) | toYaml | b64enc }}
{{- end }}
`;

/**
 * The template. What the cluster holds stays, through upgrades, and through an uninstall too: the claims of Postgres and
 * RabbitMQ outlive the release, and the next one must be able to open them.
 */
export function secretTemplate({ component, condition, fixed, random }: GeneratedSecret): string {
  const data = Object.entries(fixed).map(
    ([key, text]) => `  ${key}: ${Buffer.from(text).toString('base64')}`,
  );
  return `{{- if ${condition.expression} }}
{{- $name := printf "%s-${component}" .Release.Name }}
{{- $held := (lookup "v1" "Secret" .Release.Namespace $name).data | default dict }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}
${labels(component)}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
${[...data, `  ${random}: {{ get $held "${random}" | default (randAlphaNum ${LENGTH} | b64enc) }}`].join('\n')}
{{- end }}
`;
}
