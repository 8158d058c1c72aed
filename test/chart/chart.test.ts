import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseTokens } from '../../src/access/tokens.ts';
import { PARTS } from '../../src/platform/roles.ts';
import {
  CHART,
  helm,
  type Manifest,
  manifestsIn,
  PROJECT,
  plain,
  refusal,
  rendered,
  valuesFiles,
} from './tools.ts';

/** Labels and annotations that only Helm's own objects bear. */
const HELMS = ['app.kubernetes.io/managed-by', 'helm.sh/chart'];

const idOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

/** A manifest for comparison: null means "not there" to Kubernetes. */
function comparable(manifest: Manifest): Manifest {
  const copy = JSON.parse(
    JSON.stringify(manifest, (_, value) => (value === null ? undefined : value)),
  ) as Manifest;
  for (const label of HELMS) delete copy.metadata.labels?.[label];
  return copy;
}

const byId = (yaml: string): Record<string, Manifest> =>
  Object.fromEntries(
    manifestsIn(yaml)
      .filter((manifest) => manifest.kind !== 'Secret')
      .map((manifest) => [idOf(manifest), comparable(manifest)]),
  );

describe.each(valuesFiles)('with $name', ({ path }) => {
  test('helm lint finds nothing', () => {
    expect(helm('lint', '--strict', CHART, '--values', path, '--kube-version', '1.35.0')).toContain(
      '0 chart(s) failed',
    );
  });

  test('the chart renders what the plain form is', () => {
    expect(byId(rendered('waymark', '--values', path))).toEqual(byId(plain('--values', path)));
  });

  test('the same for a release of another name', () => {
    expect(byId(rendered('second', '--values', path))).toEqual(
      byId(plain('--values', path, '--release', 'second')),
    );
  });

  test('every resource is of the shape that the API server knows', () => {
    const { status, stdout } = spawnSync(
      'kubeconform',
      [
        '-strict',
        '-summary',
        '-schema-location',
        `${PROJECT}test/chart/schemas/{{.ResourceKind}}{{.KindSuffix}}.json`,
        '-',
      ],
      { input: rendered('waymark', '--values', path), encoding: 'utf8' },
    );
    expect(stdout).toMatch(/Invalid: 0, Errors: 0, Skipped: 0/);
    expect(status).toBe(0);
  });

  test('every pod is one of the restricted Pod Security Standard', () => {
    for (const manifest of manifestsIn(rendered('waymark', '--values', path))) {
      const pod = manifest.spec?.template?.spec;
      if (!pod) continue;
      expect(pod.securityContext, idOf(manifest)).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])])
        expect(container.securityContext, `${idOf(manifest)}: ${container.name}`).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  test('two releases have no name and no selector in common', () => {
    const [first, second] = ['one', 'two'].map((release) =>
      manifestsIn(rendered(release, '--values', path)).filter(
        ({ kind }) => kind !== 'CustomResourceDefinition',
      ),
    ) as [Manifest[], Manifest[]];
    const names = new Set(first.map(idOf));
    expect(second.map(idOf).filter((id) => names.has(id))).toEqual([]);
    const selectors = (manifests: Manifest[]) =>
      manifests.flatMap(({ kind, spec }) =>
        kind === 'Service' ? [spec.selector] : spec?.selector?.matchLabels ? [spec.selector.matchLabels] : [],
      );
    expect(selectors(first).length).toBeGreaterThan(5);
    for (const selector of [...selectors(first), ...selectors(second)])
      expect(['one', 'two']).toContain(selector['app.kubernetes.io/instance']);
  });
});

test('the consumers are KEDA’s to count: their Deployment states no replicas', () => {
  const consumer = byId(rendered('waymark'))['Deployment waymark-consumer'];
  expect(consumer?.spec).toBeDefined();
  expect(consumer!.spec).not.toHaveProperty('replicas');
});

describe('with files in a bucket', () => {
  const made = (file: string) => byId(rendered('waymark', '--values', `${CHART}/ci/${file}`));
  const pods = (manifests: Record<string, Manifest>) =>
    ['api', 'consumer'].map((role) => manifests[`Deployment waymark-${role}`]!.spec.template.spec);

  test('there is no claim, and nothing keeps API and consumers on one node', () => {
    const manifests = made('s3-values.yaml');
    expect(Object.keys(manifests)).not.toContain('PersistentVolumeClaim waymark-storage');
    for (const pod of pods(manifests)) {
      expect(pod.affinity).toEqual({});
      const shared = pod.volumes.filter(({ name }: { name: string }) => name !== 'tokens');
      expect(shared).toEqual([
        { name: 'tmp', emptyDir: {} },
        { name: 's3-ca', configMap: { name: 'company-authorities' } },
      ]);
    }
    for (const pod of pods(byId(rendered('waymark')))) expect(pod.affinity).toHaveProperty('podAffinity');
  });

  test('the pods are told where it is, and what opens it', () => {
    const key = (name: string) => ({ valueFrom: { secretKeyRef: { name: 'waymark-bucket', key: name } } });
    for (const pod of pods(made('s3-values.yaml')))
      expect(pod.containers[0].env).toEqual(
        expect.arrayContaining([
          { name: 'STORAGE_URL', value: 's3://payers/team/waymark' },
          { name: 'S3_ENDPOINT', value: 'https://minio.example.com:9000' },
          { name: 'S3_REGION', value: 'eu-central-1' },
          { name: 'S3_PATH_STYLE', value: 'false' },
          { name: 'S3_CA_FILE', value: '/etc/waymark/s3/ca.crt' },
          { name: 'S3_ENCRYPTION', value: 'aws:kms' },
          { name: 'S3_KMS_KEY_ID', value: 'alias/waymark' },
          { name: 'AWS_ACCESS_KEY_ID', ...key('access-key-id') },
          { name: 'AWS_SECRET_ACCESS_KEY', ...key('secret-access-key') },
        ]),
      );
  });

  test('rights may come by the service accounts of those two, and by nothing else', () => {
    const manifests = made('s3-by-account-values.yaml');
    const annotated = Object.values(manifests).filter(
      ({ kind, metadata }) => kind === 'ServiceAccount' && Object.keys(metadata.annotations ?? {}).length > 0,
    );
    expect(annotated.map(({ metadata }) => [metadata.name, metadata.annotations])).toEqual(
      ['waymark-api', 'waymark-consumer'].map((account) => [
        account,
        { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/waymark' },
      ]),
    );
    for (const pod of pods(manifests)) {
      const variables = pod.containers[0].env.map(({ name }: { name: string }) => name);
      expect(variables.filter((name: string) => /^(S3|AWS|STORAGE)_/.test(name))).toEqual([
        'STORAGE_URL',
        'S3_REGION',
      ]);
    }
  });
});

test('braces of the dashboard’s legends pass through Helm', () => {
  const dashboard = byId(rendered('waymark'))['ConfigMap waymark-dashboard'];
  expect(dashboard!.data['waymark-pipeline.json']).toContain('{{client}}');
});

describe('with servers of your own', () => {
  const own = valuesFiles.find(({ name }) => name.startsWith('own-servers'))!;
  const manifests = () => byId(rendered('waymark', '--values', own.path));
  const podOf = (name: string) => manifests()[`Deployment ${name}`]!.spec.template.spec;
  const envOf = (container: { env: { name: string; value?: string; valueFrom?: unknown }[] }) =>
    Object.fromEntries(container.env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  const secretKeyRef = (name: string) => ({ secretKeyRef: { name, key: 'username' } });

  test('a part has its login, one without has that of the owner, and only migrate has all of them', () => {
    const api = podOf('waymark-api');
    expect(envOf(api.containers[0]).POSTGRES_USER).toEqual(secretKeyRef('waymark-database-api'));
    expect(JSON.stringify(api.containers)).not.toContain('"waymark-database"');
    expect(envOf(api.initContainers[0])).toMatchObject({
      POSTGRES_USER: secretKeyRef('waymark-database'),
      POSTGRES_API_USER: secretKeyRef('waymark-database-api'),
      POSTGRES_DOCS_USER: secretKeyRef('waymark-database'),
      POSTGRES_ROLE_PREFIX: 'health',
    });
    expect(envOf(podOf('waymark-docs').containers[0]).POSTGRES_USER).toEqual(
      secretKeyRef('waymark-database'),
    );
    expect(manifests()['Transformation waymark']!.spec.database).toMatchObject({
      secretName: 'waymark-database-dbt',
      rolePrefix: 'health',
      tls: { mode: 'verify-full', caSecretName: 'database-ca', caKey: 'ca.crt' },
    });
  });

  test('certificates of the CAs are where the settings say, in every container that connects', () => {
    for (const component of ['api', 'consumer']) {
      const { containers, initContainers, volumes } = podOf(`waymark-${component}`);
      const env = envOf(containers[0]);
      expect(env).toMatchObject({
        POSTGRES_SSLMODE: 'verify-full',
        POSTGRES_SSLROOTCERT: '/etc/waymark/postgres-ca/ca.crt',
        AMQP_URL: 'amqps://rabbitmq.example.com:5671/team%2Fhealth',
        AMQP_CA_FILE: '/etc/waymark/rabbitmq-ca/ca.crt',
      });
      for (const { volumeMounts } of [containers[0], initContainers[0]])
        expect(volumeMounts).toContainEqual({
          name: 'postgres-ca',
          mountPath: '/etc/waymark/postgres-ca',
          readOnly: true,
        });
      const items = (key: string) => [{ key, path: 'ca.crt' }];
      expect(volumes).toContainEqual({
        name: 'postgres-ca',
        secret: { secretName: 'database-ca', items: items('ca.crt') },
      });
      expect(volumes).toContainEqual({
        name: 'rabbitmq-ca',
        configMap: { name: 'company-ca', items: items('bundle.pem') },
      });
    }
  });

  test('KEDA asks by https, and knows the CA', () => {
    expect(manifests()['ScaledObject waymark-consumer']!.spec.triggers[0].metadata).toMatchObject({
      host: 'https://rabbitmq.example.com:15671',
      protocol: 'http',
    });
    expect(manifests()['TriggerAuthentication waymark-consumer']!.spec.configMapTargetRef).toEqual([
      { parameter: 'tls', name: 'waymark-consumer', key: 'tls' },
      { parameter: 'ca', name: 'company-ca', key: 'bundle.pem' },
    ]);
    expect(manifests()['ConfigMap waymark-consumer']!.data).toEqual({ tls: 'enable' });
  });
});

describe('Secrets', () => {
  const secrets = (...args: string[]) =>
    manifestsIn(rendered('waymark', ...args)).filter(({ kind }) => kind === 'Secret');

  test('are made of random text, each with its own', () => {
    const random = secrets().filter(({ metadata }) => metadata.name !== 'waymark-api-tokens');
    const values = random.map(({ data }) => Buffer.from(data.password ?? data.token, 'base64').toString());
    expect(values).toHaveLength(9);
    expect(new Set(values).size).toBe(9);
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9]{40}$/);
  });

  test('are not made where there are some already', () => {
    const logins = PARTS.map((part) => `postgres.logins.${part}`);
    const given = ['postgres', 'rabbitmq', 'api', ...logins].flatMap((server) => [
      '--set',
      `${server}.existingSecret=mine`,
    ]);
    expect(secrets(...given, '--set', 'api.tokensSecret=mine')).toEqual([]);
  });

  test('the one with tokens says what the values say, and nothing by default', () => {
    const tokensIn = (...args: string[]) => {
      const { data } = secrets(...args).find(({ metadata }) => metadata.name === 'waymark-api-tokens')!;
      return parseTokens(Buffer.from(data['tokens.yaml'], 'base64').toString());
    };
    expect(tokensIn()).toEqual([]);
    expect(
      tokensIn('--values', `${CHART}/ci/everything-values.yaml`).map(({ id, role, clients }) => [
        id,
        role,
        clients,
      ]),
    ).toEqual([
      ['token:client-a', 'upload', ['client_a']],
      ['token:operations', 'admin', '*'],
    ]);
  });
});

test.each([
  ['a number below its least', ['--set', 'api.replicas=0'], /\/api\/replicas.*minimum/],
  [
    'a text where a number belongs',
    ['--set-string', 'postgres.port=many'],
    /\/postgres\/port.*got string, want integer/,
  ],
  [
    'a value that does not exist',
    ['--set', 'consumer.replica=3'],
    /additional properties 'replica' not allowed/,
  ],
  ['a word that is none of the choices', ['--set', 'logLevel=loud'], /\/logLevel.*must be one of/],
  ['a value that is taken away', ['--set', 'postgres.port=null'], /\/postgres.*missing property 'port'/],
  [
    'what no Transformation may say',
    ['--set', 'transformation.maxDelaySeconds=700000'],
    /\/transformation\/maxDelaySeconds.*maximum/,
  ],
  ['a size that is none', ['--set', 'storage.size=big'], /\/storage\/size.*does not match pattern/],
  ['no bucket', ['--set', 'storage.type=s3'], /storage\.type is s3: set storage\.s3\.bucket/],
  [
    'a bucket that could not be one',
    ['--set', 'storage.type=s3,storage.s3.bucket=My_Bucket'],
    /\/storage\/s3\/bucket.*does not match pattern/,
  ],
  [
    'a key that nothing is encrypted with',
    ['--set', 'storage.s3.kmsKeyId=k,storage.s3.encryption=AES256'],
    /storage\.s3\.kmsKeyId is of no use unless/,
  ],
  [
    'no Postgres, and none of your own',
    ['--set', 'postgres.enabled=false'],
    /postgres\.enabled is false: set postgres\.host/,
  ],
  [
    'a token of no role',
    ['--set-json', `api.tokens=[{"name":"a","sha256":"${'0'.repeat(64)}","role":"root","clients":"*"}]`],
    /\/api\/tokens\/0\/role.*must be one of/,
  ],
  [
    'a secret where its hash belongs',
    ['--set-json', 'api.tokens=[{"name":"a","sha256":"wmk_secret","role":"read","clients":"*"}]'],
    /\/api\/tokens\/0\/sha256.*does not match pattern/,
  ],
  [
    'an identity provider without an audience',
    ['--set', 'api.oidc.issuer=https://idp.example.com'],
    /set api\.oidc\.audience/,
  ],
  [
    'a broker of your own without a Secret',
    ['--set', 'rabbitmq.enabled=false,rabbitmq.host=broker'],
    /rabbitmq\.enabled is false: set rabbitmq\.existingSecret/,
  ],
  ['TLS to the Postgres of the chart', ['--set', 'postgres.tls.mode=require'], /own Postgres speaks no TLS/],
  ['TLS to the RabbitMQ of the chart', ['--set', 'rabbitmq.scheme=amqps'], /own RabbitMQ speaks no TLS/],
  [
    'a check of certificates without a CA',
    [
      '--set',
      'postgres.enabled=false,postgres.host=db,postgres.existingSecret=s,postgres.tls.mode=verify-ca',
    ],
    /asks for a CA: set postgres\.tls\.caSecret/,
  ],
  [
    'certificates in two places',
    ['--set', 'rabbitmq.tls.caSecret=a,rabbitmq.tls.caConfigMap=b'],
    /are both set/,
  ],
])('%s is refused, and the message names it', (_, args, message) => {
  expect(refusal(...args)).toMatch(message);
});

test.each(['team.waymark', '1st'])('a release cannot be named %s, as its Services could not', (release) => {
  expect(() => rendered(release)).toThrow(/the release's name must begin with a letter/);
});

test('a release whose name is too long for Kubernetes is refused', () => {
  expect(() => rendered('a'.repeat(41))).toThrow(/the release's name is too long/);
});
