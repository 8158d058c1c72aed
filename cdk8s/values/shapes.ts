import { z } from 'zod';
import { section, value } from '../value.ts';

export const name = z.string();
export const required = z.string().min(1);
export const flag = z.boolean();
export const count = z.int().min(0);
export const positive = z.int().min(1);
export const port = z.int().min(1).max(65535);
export const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?([EPTGM]i?|Ki|[km])?$/);
export const map = z.record(z.string(), z.string());
export const bucket = z.string().regex(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/);
export const pullPolicy = z.enum(['Always', 'IfNotPresent', 'Never']);
/** Kubernetes' own shapes: the API server knows them better than a copy here. */
export const anyMap = z.record(z.string(), z.unknown());
export const anyList = z.array(anyMap);
/** A space in it would be written in different ways by those who make URLs of it. */
export const unspaced = z.string().regex(/^\S+$/);

export const resources = (cpu: string, memory: string, limit: string) =>
  value(
    anyMap,
    { requests: { cpu, memory }, limits: { memory: limit } },
    'What a pod asks for and may use. Requests are small enough for a laptop.',
  );

export const image = (repository: string, tag: string, says: string) =>
  section(says, {
    repository: value(required, repository, 'Where the image is, without a tag.'),
    tag: value(name, tag, tag === '' ? "Its tag; empty: the chart's appVersion." : 'Its tag.'),
    pullPolicy: value(pullPolicy, 'IfNotPresent', 'When the node pulls it.'),
  });

export const authority = {
  caSecret: value(name, '', "Secret with the certificates, in PEM, of those that may sign the server's."),
  caConfigMap: value(name, '', 'ConfigMap with them, where they are in no Secret.'),
  caKey: value(required, 'ca.crt', 'Key in it.'),
};

export const login = (who: string) =>
  section(`The login of ${who}.`, {
    existingSecret: value(
      name,
      '',
      "Secret with the keys `username` and `password`; empty: generated for the chart's own Postgres, for yours that of `postgres.existingSecret`.",
    ),
  });

export const persistence = (size: string) =>
  section('Where its data lives. The claim outlives the release.', {
    size: value(quantity, size, 'Size of the volume.'),
    storageClassName: value(name, '', "Class of the volume; empty: the cluster's default."),
  });
