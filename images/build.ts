// Builds the images: `npm run images`, `npm run images -- --repository ghcr.io/somebody/waymark --tag 1.2.3 --only dbt`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { type Build, type Builder, customBuilder, findBuilder, NoBuilderError } from './builder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };

/** What is built, and what its name ends with. */
const IMAGES = [
  { only: 'app', suffix: '' },
  { only: 'dbt', suffix: '-dbt' },
];

interface Options {
  repository: string;
  tag: string;
  only?: string;
  builder?: string;
}

const program = new Command('npm run images --')
  .description('Builds the images of Waymark, and prints the name of each.')
  .option('--repository <name>', "the app image's; the dbt image's ends with -dbt", 'waymark')
  .option('--tag <tag>', 'the tag of both', version)
  .addOption(new Option('--only <image>', 'one of them').choices(IMAGES.map(({ only }) => only)))
  .option('--builder <command>', 'called as: COMMAND TAG CONTEXT DOCKERFILE [--build-arg NAME=VALUE]...')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse();
process.exitCode = build(program.opts<Options>());

/** @returns the exit code */
function build(options: Options): number {
  let builder: Builder;
  try {
    builder = options.builder ? customBuilder(options.builder) : findBuilder();
  } catch (error) {
    if (!(error instanceof NoBuilderError)) throw error;
    console.error(error.message);
    return 1;
  }
  const tags: string[] = [];
  for (const image of planned(options)) {
    console.error(`Building ${image.tag} with ${builder.name} ...`);
    const [command, ...args] = builder.command(image) as [string, ...string[]];
    // What the builder says is not the result: stdout holds the names only.
    const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
    if (status !== 0) {
      console.error(`${image.tag} could not be built: ${error?.message ?? `see above (${command})`}.`);
      return 1;
    }
    tags.push(image.tag);
  }
  for (const tag of tags) console.log(tag);
  return 0;
}

function planned({ repository, tag, only }: Options): Build[] {
  const args = { VERSION: version, REVISION: revision() };
  return IMAGES.filter((image) => !only || image.only === only).map((image) => ({
    tag: `${repository}${image.suffix}:${tag}`,
    dockerfile: `images/${image.only}/Dockerfile`,
    args,
  }));
}

/** The commit that is built; `-dirty` where the files are not those of the commit. */
function revision(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  const commit = git('rev-parse', 'HEAD');
  if (commit.status !== 0) return 'unknown';
  return commit.stdout.trim() + (git('status', '--porcelain').stdout.trim() ? '-dirty' : '');
}
