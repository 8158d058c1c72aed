import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fullName } from './builder.ts';

const script = fileURLToPath(new URL('build.ts', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
let folder: string;
let calls: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waymark-images-'));
  calls = join(folder, 'calls');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program on the PATH of the build that writes down how it was called. */
function program(name: string, code = '') {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho ${name} "$@" >> '${calls}'\n${code}\n`);
  chmodSync(path, 0o755);
  return path;
}

function build(...args: string[]) {
  const run = spawnSync(process.execPath, [script, ...args], { env: { PATH: folder }, encoding: 'utf8' });
  return { ...run, tags: run.stdout.split('\n').filter(Boolean) };
}

const called = () => readFileSync(calls, 'utf8').trim().split('\n');

test('both images get the version of package.json, and stdout is their names', () => {
  program('docker');
  expect(build()).toMatchObject({ status: 0, tags: [`waymark:${version}`, `waymark-dbt:${version}`] });
  const [probe, app, dbt, ...rest] = called();
  expect(probe).toMatch(/^docker version/);
  expect(app).toMatch(
    `docker build --tag waymark:${version} --file images/app/Dockerfile --build-arg VERSION=`,
  );
  expect(dbt).toMatch(`docker build --tag waymark-dbt:${version} --file images/dbt/Dockerfile`);
  expect(rest).toEqual([]);
});

test('repository, tag and image can be chosen', () => {
  program('docker');
  expect(build('--repository', 'ghcr.io/x/waymark', '--tag', 'y', '--only', 'dbt').tags).toEqual([
    'ghcr.io/x/waymark-dbt:y',
  ]);
});

test('a docker without its server is passed over for the next that works, which names images in full', () => {
  program('docker', 'echo Cannot connect to the Docker daemon >&2; exit 1');
  program('buildah');
  expect(build('--only', 'app')).toMatchObject({ status: 0, tags: [`waymark:${version}`] });
  expect(called().at(-1)).toMatch(`buildah build --tag docker.io/library/waymark:${version} `);
});

test('where nothing can build, it says what was tried and why that failed', () => {
  program('docker', 'echo Cannot connect to the Docker daemon >&2; exit 1');
  const { status, stderr, tags } = build();
  expect({ status, tags }).toEqual({ status: 1, tags: [] });
  expect(stderr).toMatch('docker: Cannot connect to the Docker daemon');
  expect(stderr).toMatch('buildah: is not installed');
});

test('a builder of one’s own is called with tag, context and Dockerfile', () => {
  const own = program('own');
  expect(build('--builder', `${own} image`, '--only', 'app').status).toBe(0);
  expect(called()).toEqual([
    expect.stringMatching(
      `^own image waymark:${version} . images/app/Dockerfile --build-arg VERSION=${version} --build-arg REVISION=`,
    ),
  ]);
});

test('a build that fails ends it, and names no image', () => {
  const own = program('own', 'exit 3');
  expect(build('--builder', own)).toMatchObject({ status: 1, tags: [] });
  expect(called()).toHaveLength(1);
});

test('an unknown image is refused', () => {
  expect(build('--only', 'web')).toMatchObject({ status: 1, tags: [] });
});

test.for([
  ['waymark:1', 'docker.io/library/waymark:1'],
  ['somebody/waymark:1', 'docker.io/somebody/waymark:1'],
  ['ghcr.io/somebody/waymark:1', 'ghcr.io/somebody/waymark:1'],
  ['localhost/waymark:1', 'localhost/waymark:1'],
  ['registry:5000/waymark:1', 'registry:5000/waymark:1'],
])('%s is called %s in full', ([tag, full]) => {
  expect(fullName(tag!)).toBe(full);
});
