import { spawnSync } from 'node:child_process';

/** One image to be built: from a Dockerfile, with the whole repository as context. */
export interface Build {
  tag: string;
  dockerfile: string;
  /** ARGs of the Dockerfile. */
  args: Record<string, string>;
}

/** How a program is called for one image. */
export interface Builder {
  name: string;
  command: (build: Build) => string[];
}

/** No program that builds images can be used: the message names what was tried and why it failed. */
export class NoBuilderError extends Error {
  override name = 'NoBuilderError';
}

const buildArgs = (build: Build) =>
  Object.entries(build.args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);

const buildWith =
  (program: string, name: (tag: string) => string = (tag) => tag) =>
  (build: Build) => [
    program,
    'build',
    '--tag',
    name(build.tag),
    '--file',
    build.dockerfile,
    ...buildArgs(build),
    '.',
  ];

/**
 * The name under which Kubernetes looks for an image whose name has no registry. docker takes it for granted; podman and
 * buildah would say localhost/.
 */
export function fullName(tag: string): string {
  const [first = '', ...rest] = tag.split('/');
  if (rest.length === 0) return `docker.io/library/${tag}`;
  return /[.:]|^localhost$/.test(first) ? tag : `docker.io/${tag}`;
}

/** In order of preference, each with a call that succeeds only where it could build: docker's client alone cannot. */
const BUILDERS: (Builder & { probe: string[] })[] = [
  {
    name: 'docker',
    probe: ['docker', 'version', '--format', '{{.Server.Version}}'],
    command: buildWith('docker'),
  },
  { name: 'podman', probe: ['podman', 'info'], command: buildWith('podman', fullName) },
  { name: 'buildah', probe: ['buildah', 'info'], command: buildWith('buildah', fullName) },
];

/** @throws NoBuilderError */
export function findBuilder(): Builder {
  const reasons: string[] = [];
  for (const builder of BUILDERS) {
    const [program, ...args] = builder.probe as [string, ...string[]];
    const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status === 0) return builder;
    const missing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    const says = error?.message ?? stderr.trim().split('\n').at(-1);
    reasons.push(`  ${builder.name}: ${missing ? 'is not installed' : says || `exit code ${status}`}`);
  }
  throw new NoBuilderError(
    `No program that builds images can be used:\n${reasons.join('\n')}\nInstall or start one of them, or name another with --builder.`,
  );
}

/** A program of one's own, called as `COMMAND TAG CONTEXT DOCKERFILE --build-arg NAME=VALUE...`. */
export function customBuilder(command: string): Builder {
  const words = command.trim().split(/\s+/);
  return {
    name: command,
    command: (build) => [...words, build.tag, '.', build.dockerfile, ...buildArgs(build)],
  };
}
