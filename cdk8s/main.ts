import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import { chartFiles, plainManifests } from './chart.ts';
import { dashboard } from './dashboard.ts';
import { dashboardDoc } from './dashboard-doc.ts';
import { type Files, staleFiles, writeFiles } from './files.ts';
import { ValuesError } from './value.ts';

// `npm run synth`: the Helm chart, or with `-- --plain` plain manifests, from the one tree in this folder.

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const CHART = `${PROJECT}charts/waymark`;
/** Folders of the chart in which nothing lies that is not generated. */
const OWNED = ['templates', 'crds', 'dashboards'];
const DOCS = `${PROJECT}docs`;

const { plain, check, values, release, namespace } = new Command('synth')
  .addOption(new Option('--plain', 'write plain manifests to standard output instead of the chart'))
  .addOption(new Option('--values <file>', 'with --plain: values other than the defaults'))
  .addOption(new Option('--release <name>', 'with --plain: what the names begin with').default('waymark'))
  .addOption(new Option('--namespace <name>', 'with --plain: where they will be applied').default('waymark'))
  .addOption(new Option('--check', 'write nothing; fail where something is not what would be written'))
  .parse()
  .opts<{ plain?: boolean; check?: boolean; values?: string; release: string; namespace: string }>();

const docs: Files = new Map([['dashboard.md', dashboardDoc(dashboard)]]);
const about = JSON.parse(readFileSync(`${PROJECT}package.json`, 'utf8'));
try {
  if (plain) {
    const given: unknown = values === undefined ? {} : parse(readFileSync(values, 'utf8'));
    process.stdout.write(plainManifests(about, { given, release, namespace }));
  } else if (check) {
    const stale = [
      ...staleFiles(CHART, chartFiles(about), OWNED).map((path) => `charts/waymark/${path}`),
      ...staleFiles(DOCS, docs, []).map((path) => `docs/${path}`),
    ];
    for (const path of stale) console.error(`stale: ${path}`);
    if (stale.length > 0) console.error('Run `npm run synth` and commit what it writes.');
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    const files = chartFiles(about);
    writeFiles(CHART, files, OWNED);
    writeFiles(DOCS, docs, []);
    console.log(`charts/waymark: ${files.size} files; docs: ${[...docs.keys()].join(', ')}`);
  }
} catch (error) {
  if (!(error instanceof ValuesError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
