import { Validator } from '@seriousme/openapi-schema-validator';
import pg from 'pg';
import { expect, test } from 'vitest';
import { Feeds } from '../files/feeds.ts';
import { openApi } from './openapi.ts';
import { routes } from './routes.ts';

test('the description is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate(JSON.parse(JSON.stringify(openApi)))).toEqual({ valid: true });
  expect(openApi.openapi).toBe('3.1.0');
});

test('every route is described, and nothing else', () => {
  const router = routes({
    pool: new pg.Pool(),
    storage: undefined as never,
    feeds: new Feeds([]),
    maxUploadBytes: 1,
    maxWorkbookBytes: 1,
    maxConcurrent: 1,
    stallSeconds: 1,
    onAccepted() {},
  });
  const own = router.stack
    .flatMap((layer) =>
      layer.methods.map((method) => `${method} ${String(layer.path).replace(/:(\w+)/g, '{$1}')}`),
    )
    .filter((route) => !route.startsWith('HEAD ') && !/\/(docs|openapi\.json)/.test(route));
  const described = Object.entries(openApi.paths!).flatMap(([path, methods]) =>
    Object.keys(methods!).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const probes = ['GET /healthz', 'GET /readyz', 'GET /metrics'];
  expect(described.sort()).toEqual([...own, ...probes].sort());
});

test('every answer and every field has a description or says itself what it is', () => {
  for (const [path, methods] of Object.entries(openApi.paths!))
    for (const [method, operation] of Object.entries(methods!)) {
      const { summary, responses } = operation as {
        summary?: string;
        responses: Record<string, { description?: string }>;
      };
      expect(summary, `${method} ${path}`).toBeTruthy();
      for (const response of Object.values(responses))
        expect(response.description, `${method} ${path}`).toBeTruthy();
    }
});
