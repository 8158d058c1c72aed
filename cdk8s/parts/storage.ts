import { Construct } from 'constructs';
import { Optional } from '../leaf.ts';
import type { Release } from '../release.ts';
import { resource } from './construct.ts';

const COMPONENT = 'storage';

/** The claim on which accepted files lie. It stays when the release goes: the ledger's files are on it. */
export class Storage extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { storage } = release.values;
    resource(
      this,
      'v1 PersistentVolumeClaim',
      {
        name: release.named(COMPONENT),
        component: COMPONENT,
        annotations: { 'helm.sh/resource-policy': 'keep' },
      },
      {
        accessModes: [storage.accessMode],
        storageClassName: new Optional(storage.storageClassName),
        resources: { requests: { storage: storage.size as never } },
      },
    );
  }
}
