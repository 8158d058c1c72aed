import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pipeline } from '../setup/pipeline.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.start({ consumers: 0 });
});
afterAll(() => pipeline?.stop());

const policyOf = (answer: Response) =>
  Object.fromEntries(
    answer.headers
      .get('content-security-policy')!
      .split('; ')
      .map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]),
  );
const authorization = 'Bearer a-token-for-tests-only';

test.each([
  '/docs',
  '/docs/swagger-ui-bundle.js',
  '/openapi.json',
  '/files',
  '/nothing',
  '/healthz',
  '/metrics',
])('%s: browsers neither guess, nor frame, nor tell where they come from', async (path) => {
  const answer = await fetch(pipeline.apiUrl + path, { headers: { authorization } });
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  });
  if (!path.startsWith('/docs/')) expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(policyOf(answer)['default-src']).toEqual(["'none'"]);
  expect(answer.headers.get('server') ?? answer.headers.get('x-powered-by')).toBeNull();
});

test('the page of the API runs scripts of its own only, none of which is within it', async () => {
  const answer = await fetch(`${pipeline.apiUrl}/docs`);
  expect(policyOf(answer)['script-src']).toEqual(["'self'"]);
  const page = await answer.text();
  expect(page).not.toMatch(/<script(?![^>]* src="\/docs\/)/);
  expect(page).not.toMatch(/(src|href)="(?!\/docs\/)/);
});

test('dbt’s page runs the scripts within it by their hashes, and no other', async () => {
  const { url } = await pipeline.startRole('docs');
  const none = await fetch(url);
  expect(policyOf(none)['script-src']).toEqual(["'none'"]);
  const scripts = ['var o = "a";', '\nlet x = "é <b>";\n'];
  const page = `<html><script defer="defer">${scripts[0]}</script><p>x</p><script>${scripts[1]}</script></html>`;
  await pipeline.db.query(
    `with made as (insert into ingest.run (state, reason, ended_at) values ('succeeded', 'requested', now()) returning id)
     insert into ingest.run_artifact (run_id, name, content_type, body) select id, 'docs.html', 'text/html', $1 from made`,
    [Buffer.from(page)],
  );
  const answer = await fetch(url);
  expect(await answer.text()).toBe(page);
  expect(policyOf(answer)['script-src']).toEqual(
    scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`),
  );
  expect(policyOf(answer)['connect-src'] ?? policyOf(answer)['default-src']).toEqual(["'none'"]);
});
