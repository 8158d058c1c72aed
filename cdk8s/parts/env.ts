import type { k8s } from 'cdk8s-plus-27';
import { type Leaf, type Leafy, text } from '../leaf.ts';

export type Env = Leafy<k8s.EnvVar>;

export const variable = (name: string, value: Leaf<string> | string): Env => ({ name, value });

export const secretVariable = (name: string, secret: Leaf<string>, key: string): Env => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** Texts for numbers: a variable's value must be one. */
export const number = (leaf: Leaf<number>): Leaf<string> => text`${leaf}`;
