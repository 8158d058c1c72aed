import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
export const CHART = `${PROJECT}charts/waymark`;
const CI = `${CHART}/ci`;
/** `helm template` asks no cluster: it has to be told the version that it renders for. */
const KUBE_VERSION = '1.35.0';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is whatever its kind says.
  [key: string]: any;
}

/** The values files that stand for how people install the chart. */
export const valuesFiles = readdirSync(CI).map((name) => ({ name, path: `${CI}/${name}` }));

export const manifestsIn = (yaml: string): Manifest[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

export const helm = (...args: string[]): string =>
  execFileSync('helm', args, { encoding: 'utf8', stdio: 'pipe' });

/** What Helm makes of the chart. */
export const rendered = (release: string, ...args: string[]): string =>
  helm(
    'template',
    release,
    CHART,
    '--namespace',
    'waymark',
    '--kube-version',
    KUBE_VERSION,
    '--include-crds',
    ...args,
  );

/** What Helm says where it refuses. */
export function refusal(...args: string[]): string {
  const { status, stderr } = spawnSync(
    'helm',
    ['template', 'waymark', CHART, '--kube-version', KUBE_VERSION, ...args],
    {
      encoding: 'utf8',
    },
  );
  if (status === 0) throw new Error(`helm accepts ${args.join(' ')}`);
  return stderr;
}

/** What the plain form is. */
export const plain = (...args: string[]): string =>
  execFileSync('npm', ['run', '--silent', 'synth', '--', '--plain', ...args], {
    cwd: PROJECT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
