import { loginVariable } from '../platform/config.ts';
import { PARTS, type Part } from '../platform/roles.ts';
import { keptSecret } from './secret.ts';

export type Login = { POSTGRES_USER: string; POSTGRES_PASSWORD: string };
export type Logins = Record<Part, Login>;

/** A login for each part, on a Postgres of our own. Their passwords are kept in the folder, a file each. */
export const loginsIn = (folder: string): Logins =>
  Object.fromEntries(
    PARTS.map((part) => [
      part,
      { POSTGRES_USER: `waymark_${part}_login`, POSTGRES_PASSWORD: keptSecret(`${folder}/${part}`) },
    ]),
  ) as Logins;

/** The variables by which `waymark migrate` makes them. */
export const loginVariables = (logins: Logins): Record<string, string> =>
  Object.fromEntries(
    PARTS.flatMap((part) => [
      [loginVariable(part, 'USER'), logins[part].POSTGRES_USER],
      [loginVariable(part, 'PASSWORD'), logins[part].POSTGRES_PASSWORD],
    ]),
  );
