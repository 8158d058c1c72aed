import type { k8s } from 'cdk8s-plus-27';
import { both, choose, equals, Fork, isEmpty, type Leaf, literal, not, Only, text } from '../leaf.ts';
import type { Release } from '../release.ts';
import { type Env, secretVariable, variable } from './env.ts';

const onS3 = ({ values }: Release) => equals(values.storage.type, 's3');

/** Whether the chart makes the claim. */
export const ownClaim = (release: Release) =>
  both(not(onS3(release)), isEmpty(release.values.storage.existingClaim));

/** Pods with this label share the stored files. */
const STORAGE_LABEL = 'waymark.dev/storage';
const FILES = 'files';
const FILES_PATH = '/var/lib/waymark';
const CA = 's3-ca';
const CA_PATH = '/etc/waymark/s3';

/** What a role that reads or writes stored files needs. */
export function storedFiles(release: Release) {
  const s3 = onS3(release);
  const directory = not(s3);
  const { caConfigMap } = release.values.storage.s3;
  const authorities = both(s3, not(isEmpty(caConfigMap)));
  return {
    labels: { [STORAGE_LABEL]: release.name },
    env: [
      new Only<k8s.EnvVar>(directory, variable('STORAGE_URL', `file://${FILES_PATH}`)),
      ...s3Env(release, s3),
    ],
    mounts: [
      new Only<k8s.VolumeMount>(directory, { name: FILES, mountPath: FILES_PATH }),
      new Only<k8s.VolumeMount>(authorities, { name: CA, mountPath: CA_PATH, readOnly: true }),
    ],
    volumes: [
      new Only<k8s.Volume>(directory, {
        name: FILES,
        persistentVolumeClaim: { claimName: release.claim },
      }),
      new Only<k8s.Volume>(authorities, { name: CA, configMap: { name: caConfigMap } }),
    ],
    /** A ReadWriteOnce claim can be on one node only, and the scheduler does not know who shares it. */
    affinity: new Fork<k8s.Affinity>(
      both(directory, equals(release.values.storage.accessMode, 'ReadWriteOnce')),
      {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { [STORAGE_LABEL]: release.name } },
            },
          ],
        },
      },
      {},
    ),
  };
}

/** The bucket, as the roles' settings name it. */
function s3Env(release: Release, s3: Leaf<boolean>): Only<k8s.EnvVar>[] {
  const { bucket, prefix, endpoint, region, addressing, existingSecret, caConfigMap, encryption, kmsKeyId } =
    release.values.storage.s3;
  const given = (name: string, leaf: Leaf<string>) => when(not(isEmpty(leaf)), variable(name, leaf));
  const when = (condition: Leaf<boolean>, env: Env) => new Only<k8s.EnvVar>(both(s3, condition), env);
  const inPath = choose(equals(addressing, 'path'), literal('true'), literal('false'));
  // Where no Secret is named the pods have their rights by their accounts.
  const credential = (name: string, key: string) =>
    when(not(isEmpty(existingSecret)), secretVariable(name, existingSecret, key));
  return [
    new Only<k8s.EnvVar>(s3, variable('STORAGE_URL', text`s3://${bucket}/${prefix}`)),
    given('S3_ENDPOINT', endpoint),
    given('S3_REGION', region),
    when(not(equals(addressing, 'auto')), variable('S3_PATH_STYLE', inPath)),
    when(not(isEmpty(caConfigMap)), variable('S3_CA_FILE', `${CA_PATH}/ca.crt`)),
    given('S3_ENCRYPTION', encryption),
    given('S3_KMS_KEY_ID', kmsKeyId),
    credential('AWS_ACCESS_KEY_ID', 'access-key-id'),
    credential('AWS_SECRET_ACCESS_KEY', 'secret-access-key'),
  ];
}
