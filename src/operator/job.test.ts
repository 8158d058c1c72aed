import { describe, expect, test } from 'vitest';
import { buildJob, jobName } from './job.ts';
import { RUN_ID, transformation } from './samples.ts';

const podOf = (spec: Record<string, unknown> = {}) =>
  buildJob(transformation(spec), RUN_ID).spec!.template.spec!;
const variables = (spec: Record<string, unknown> = {}) =>
  Object.fromEntries(podOf(spec).containers[0]!.env!.map(({ name, ...rest }) => [name, rest]));
const ref = (key: string, optional?: true) => ({
  valueFrom: { secretKeyRef: { name: 'postgres', key, ...(optional && { optional }) } },
});

describe('the Job of a run', () => {
  test('is named by the run, and belongs to the Transformation', () => {
    const { metadata, spec } = buildJob(transformation(), RUN_ID);
    expect(metadata!.name).toBe(jobName(RUN_ID));
    expect(metadata!.name!.length).toBeLessThanOrEqual(63);
    expect(metadata!.ownerReferences).toMatchObject([{ name: 'waymark', uid: 'uid-1', controller: true }]);
    for (const labels of [metadata!.labels!, spec!.template.metadata!.labels!])
      expect(labels).toMatchObject({ 'waymark.dev/run': RUN_ID, 'waymark.dev/transformation': 'waymark' });
  });

  test('executes run.py, or what the template says, for this run', () => {
    expect(podOf().containers[0]!.command).toEqual(['python', 'run.py', '--run-id', RUN_ID]);
    expect(podOf({ jobTemplate: { image: 'x', command: ['sh'] } }).containers[0]!.command).toEqual([
      'sh',
      '--run-id',
      RUN_ID,
    ]);
  });

  test('does not try again what dbt said, nor counts what the cluster did', () => {
    const { podFailurePolicy, backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished } = buildJob(
      transformation(),
      RUN_ID,
    ).spec!;
    expect({ backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished }).toEqual({
      backoffLimit: 2,
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 86_400,
    });
    expect(podFailurePolicy!.rules).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'dbt', operator: 'In', values: [1] } },
    ]);
  });

  test('holds no credentials, only where they are', () => {
    expect(variables()).toEqual({
      POSTGRES_HOST: ref('host'),
      POSTGRES_PORT: ref('port', true),
      POSTGRES_DB: ref('dbname', true),
      POSTGRES_USER: ref('username'),
      POSTGRES_PASSWORD: ref('password'),
      WAYMARK_TERMINATION_PATH: { value: '/dev/termination-log' },
      HOME: { value: '/tmp' },
    });
  });

  test('takes host, port and name from the Transformation where it gives them', () => {
    const database = { secretName: 'postgres', host: 'db', port: 6432, name: 'claims' };
    expect(variables({ database })).toMatchObject({
      POSTGRES_HOST: { value: 'db' },
      POSTGRES_PORT: { value: '6432' },
      POSTGRES_DB: { value: 'claims' },
    });
  });

  test('sees the certificates that the Transformation names, and takes the role that it names', () => {
    const tls = { mode: 'verify-full', caConfigMapName: 'ours', caKey: 'bundle.pem' };
    const spec = { database: { secretName: 'postgres', rolePrefix: 'claims', tls } };
    expect(variables(spec)).toMatchObject({
      POSTGRES_SSLMODE: { value: 'verify-full' },
      POSTGRES_SSLROOTCERT: { value: '/etc/waymark/postgres-ca/ca.crt' },
      POSTGRES_ROLE_PREFIX: { value: 'claims' },
    });
    const pod = podOf(spec);
    expect(pod.containers[0]!.volumeMounts).toContainEqual({
      name: 'postgres-ca',
      mountPath: '/etc/waymark/postgres-ca',
      readOnly: true,
    });
    const items = [{ key: 'bundle.pem', path: 'ca.crt' }];
    expect(pod.volumes).toContainEqual({ name: 'postgres-ca', configMap: { name: 'ours', items } });
  });

  test('has the variables of the template, which cannot change its own', () => {
    const env = [
      { name: 'WAYMARK_AS_OF_DATE', value: '2026-01-01' },
      { name: 'POSTGRES_PASSWORD', value: 'leaked' },
    ];
    const seen = variables({ jobTemplate: { image: 'x', env } });
    expect(seen).toMatchObject({
      WAYMARK_AS_OF_DATE: { value: '2026-01-01' },
      POSTGRES_PASSWORD: ref('password'),
    });
  });

  test('satisfies the Pod Security Standard `restricted`, with a root that cannot be written', () => {
    const pod = podOf();
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'tmp', emptyDir: {} }],
    });
    expect(pod.containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    });
  });

  test('passes on where and with what it may run', () => {
    const jobTemplate = {
      image: 'x',
      runAsUser: 1000,
      serviceAccountName: 'dbt',
      nodeSelector: { disk: 'fast' },
      tolerations: [{ key: 'batch', operator: 'Exists' }],
      imagePullSecrets: [{ name: 'registry' }],
      resources: { requests: { cpu: 1, memory: '1Gi' } },
    };
    const pod = podOf({ jobTemplate });
    expect(pod).toMatchObject({
      securityContext: { runAsUser: 1000 },
      serviceAccountName: 'dbt',
      nodeSelector: { disk: 'fast' },
      tolerations: [{ key: 'batch', operator: 'Exists' }],
      imagePullSecrets: [{ name: 'registry' }],
    });
    expect(pod.containers[0]!.resources).toEqual({ requests: { cpu: '1', memory: '1Gi' } });
  });
});
