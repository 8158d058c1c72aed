import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { transformationCrd } from '../src/operator/crd.ts';

// `npm run imports`: types of the custom resources in the tree, by cdk8s' own generator. KEDA's and Prometheus' schemas are
// those of the current kube context; ours is the one that the operator brings.

const IMPORTS = fileURLToPath(new URL('./imports', import.meta.url));
const CDK8S_CLI = 'cdk8s-cli@2.207.60';

const crd = (name: string): unknown =>
  JSON.parse(
    execFileSync('kubectl', ['get', 'crd', name, '-o', 'json'], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );

const groups: Record<string, () => unknown[]> = {
  'keda.sh': () => [crd('scaledobjects.keda.sh'), crd('triggerauthentications.keda.sh')],
  'monitoring.coreos.com': () => [crd('servicemonitors.monitoring.coreos.com')],
  'waymark.dev': () => [transformationCrd],
};

const folder = mkdtempSync(join(tmpdir(), 'waymark-imports-'));
try {
  const asked = process.argv.slice(2);
  for (const [group, read] of Object.entries(groups)) {
    if (asked.length > 0 && !asked.includes(group)) continue;
    const file = join(folder, `${group}.yaml`);
    writeFileSync(
      file,
      read()
        .map((one) => stringify(one, { aliasDuplicateObjects: false }))
        .join('---\n'),
    );
    execFileSync(
      'npx',
      ['--yes', CDK8S_CLI, 'import', file, '--language', 'typescript', '--output', IMPORTS],
      {
        stdio: 'inherit',
      },
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
