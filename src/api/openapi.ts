import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import {
  AuditBody,
  AuditQuery,
  FeedBody,
  FileBody,
  FilesQuery,
  PageQuery,
  ProblemBody,
  page,
  RejectedRowBody,
  RunBody,
} from './schemas.ts';

const json = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
});
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemBody } },
});
const location = { location: z.string().meta({ description: 'Where to look how it goes.' }) };
const fileId = { path: z.object({ id: z.uuid() }) };
const needsToken = {
  401: {
    ...problem('No valid token.'),
    headers: z.object({ 'www-authenticate': z.string().meta({ examples: ['Bearer realm="waymark"'] }) }),
  },
  429: {
    ...problem('More requests than this token may send in a second.'),
    headers: z.object({ 'retry-after': z.string().meta({ description: 'Seconds.' }) }),
  },
  503: problem('The database, or the identity provider, is out of reach.'),
};
const needsRole = (roles: string, ...more: string[]) => ({
  ...needsToken,
  403: problem([`Only for ${roles}.`, ...more].join(' ')),
});

const uploadForm = (fields: object) => ({
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        properties: {
          file: {
            type: 'string' as const,
            format: 'binary',
            description: 'A .csv or .xlsx, or an old .xls of at most 8 MiB.',
          },
          ...fields,
        },
      },
    },
  },
});
const formFields = {
  client: { type: 'string' as const, description: 'Beats the name.', examples: ['client_a'] },
  period: { type: 'string' as const, description: 'Beats the name.', examples: ['2023-07'] },
};

const upload = (summary: string, fields: object = formFields) => ({
  tags: ['files'],
  summary,
  description:
    'Client, file type and period come from the name `Patient-{membership|claim}-{client}-{yyyymm}.{csv|xlsx}` or from form fields. The header is checked before the answer; rows are loaded afterwards.',
  requestBody: uploadForm(fields),
  responses: {
    200: {
      ...json('The very bytes are already held for that feed and period: this is that file.', FileBody),
      headers: z.object(location),
    },
    202: { ...json('Accepted; it will be loaded.', FileBody), headers: z.object(location) },
    400: problem('A wrong name, wrong columns, or not a CSV or XLSX; `detail` says which and what to do.'),
    408: problem('It came too slowly, or not at all.'),
    413: problem('Too large.'),
    415: problem('Not multipart/form-data.'),
    507: problem('No space left.'),
    ...needsRole('the roles upload and admin', 'The token must be for the client.'),
    503: problem('The database is out of reach, or too many files are being sent at once.'),
  },
});

const text = (description: string, type = 'text/plain') => ({
  description,
  content: { [type]: { schema: { type: 'string' as const } } },
});

/** The API's description, OpenAPI 3.1. */
export const openApi = createDocument({
  openapi: '3.1.0',
  info: {
    title: 'Waymark',
    version: '0.1.0',
    description:
      "Takes in payers' claims and registration files. Errors are problems as of RFC 9457; none quotes a value of a file.",
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ token: [] }],
  tags: [
    { name: 'files', description: 'What was sent, and what became of it.' },
    { name: 'feeds', description: 'Who sends what, and what is late.' },
    { name: 'runs', description: 'Executions of the dbt project.' },
    { name: 'audit', description: 'Who did what, when and from where.' },
    { name: 'service', description: 'Probes and metrics; no token needed.' },
  ],
  components: {
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        description:
          'A token of this API, or an access token (JWT) of the OpenID Connect provider that it is told of. It is for some clients or all, and has a role: upload, read or admin.',
      },
    },
  },
  paths: {
    '/patients/membership': { post: upload('Send a patient registration file') },
    '/patients/claims': { post: upload('Send a claims file') },
    '/files': {
      post: upload('Send a file of either type', {
        ...formFields,
        file_type: {
          type: 'string' as const,
          enum: ['patient_registration', 'claims'],
          description: 'Beats the name.',
        },
      }),
      get: {
        tags: ['files'],
        summary: 'List files, the newest first',
        requestParams: { query: FilesQuery },
        responses: {
          200: json('A page of files, of the clients that the token is for.', page(FileBody)),
          400: problem('A wrong filter.'),
          ...needsToken,
        },
      },
    },
    '/files/{id}': {
      get: {
        tags: ['files'],
        summary: 'Look at a file',
        requestParams: fileId,
        responses: { 200: json('The file.', FileBody), 404: problem('No such file.'), ...needsToken },
      },
      delete: {
        tags: ['files'],
        summary: 'Take a file and its rows out',
        description:
          'Its rows leave the export tables when no run is active, and the marts with the next run.',
        requestParams: fileId,
        responses: {
          200: json('The file, now deleted.', FileBody),
          404: problem('No such file.'),
          ...needsRole('the role admin'),
          409: problem('It is being loaded; try again in a moment.'),
        },
      },
    },
    '/files/{id}/rejected-rows': {
      get: {
        tags: ['files'],
        summary: "A file's rows that could not be parsed",
        requestParams: fileId,
        responses: {
          200: {
            description: 'JSON lines, or CSV where the Accept header prefers text/csv.',
            content: {
              'application/x-ndjson': { schema: RejectedRowBody },
              'text/csv': { schema: { type: 'string' } },
            },
          },
          404: problem('No such file.'),
          ...needsToken,
        },
      },
    },
    '/files/{id}/retry': {
      post: {
        tags: ['files'],
        summary: 'Load a failed or rejected file once more',
        requestParams: fileId,
        responses: {
          202: { ...json('It will be loaded again.', FileBody), headers: z.object(location) },
          404: problem('No such file.'),
          409: problem('It is neither failed nor rejected, or its bytes were accepted again meanwhile.'),
          ...needsRole('the role admin'),
        },
      },
    },
    '/feeds': {
      get: {
        tags: ['feeds'],
        summary: 'List feeds, and the files that are late',
        responses: {
          200: json(
            'Every feed that is described, of the clients that the token is for.',
            z.object({ items: z.array(FeedBody) }),
          ),
          ...needsToken,
        },
      },
    },
    '/runs': {
      get: {
        tags: ['runs'],
        summary: 'List runs, the newest first',
        requestParams: { query: PageQuery },
        responses: {
          200: json('A page of runs.', page(RunBody)),
          400: problem('A wrong cursor or limit.'),
          ...needsToken,
        },
      },
      post: {
        tags: ['runs'],
        summary: 'Ask for a run now',
        responses: {
          202: {
            ...json('Asked for; the same run where one was asked for already.', RunBody),
            headers: z.object(location),
          },
          ...needsRole('the role admin'),
        },
      },
    },
    '/runs/{id}': {
      get: {
        tags: ['runs'],
        summary: 'Look at a run',
        requestParams: { path: z.object({ id: z.uuid() }) },
        responses: { 200: json('The run.', RunBody), 404: problem('No such run.'), ...needsToken },
      },
    },
    '/audit': {
      get: {
        tags: ['audit'],
        summary: 'Who did what, the newest first',
        requestParams: { query: AuditQuery },
        responses: {
          200: json('A page of the audit.', page(AuditBody)),
          400: problem('A wrong filter.'),
          ...needsRole('the role admin', 'The token must be for all clients.'),
        },
      },
    },
    '/healthz': {
      get: {
        tags: ['service'],
        summary: 'The process lives',
        security: [],
        responses: { 200: text('Yes.', 'application/json') },
      },
    },
    '/readyz': {
      get: {
        tags: ['service'],
        summary: 'The API can do its work',
        security: [],
        responses: {
          200: text('Yes.', 'application/json'),
          503: text('No, and what is missing.', 'application/json'),
        },
      },
    },
    '/metrics': {
      get: {
        tags: ['service'],
        summary: 'Prometheus metrics',
        security: [],
        responses: { 200: text('Metrics.') },
      },
    },
  },
});
