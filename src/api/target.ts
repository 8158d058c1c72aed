import type { Feed, Feeds } from '../files/feeds.ts';
import {
  type FileType,
  foldClient,
  foldFileType,
  foldPeriod,
  formatOfName,
  type NameParts,
  parseFileName,
} from '../files/names.ts';
import { Problem } from './problems.ts';

const NAME_PATTERN = 'Patient-{membership|claim}-{client}-{yyyymm}.{csv|xlsx}';

export interface Target {
  feed: Feed;
  period: string;
}

/**
 * The feed and period that an upload is for: form fields beat the name, the route's file type must agree.
 * @param fields the form's text fields `client`, `file_type`, `period`
 * @param allow throws where the client is not the sender's, before anything is said of it
 * @throws Problem 400 saying what is wrong
 */
export function resolveTarget(
  name: string,
  fields: Record<string, unknown>,
  routeType: FileType | undefined,
  feeds: Feeds,
  allow: (client: string) => void,
): Target {
  if (/[/\\\0]/.test(name) || name === '' || name.startsWith('.'))
    throw new Problem(400, 'bad_name', 'The file name must be a plain name, not a path.');
  if (!formatOfName(name))
    throw new Problem(400, 'bad_name', 'The file must be a .csv or an .xlsx, or an old .xls.');
  const named: Partial<NameParts> = parseFileName(name) ?? {};
  const field = (key: string) => {
    const value = fields[key];
    if (Array.isArray(value))
      throw new Problem(400, 'bad_name', `The form field "${key}" is there more than once.`);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const folded = <T>(
    key: string,
    fold: (value: string) => T | undefined,
    otherwise: T | undefined,
    expected: string,
  ) => {
    const value = field(key);
    if (value === undefined) return otherwise;
    const result = fold(value);
    if (result === undefined)
      throw new Problem(400, 'bad_name', `The form field "${key}" must be ${expected}.`);
    return result;
  };
  const client = folded('client', foldClient, named.client, 'a client');
  const fileType = folded(
    'file_type',
    foldFileType,
    named.file_type ?? routeType,
    '"patient_registration" or "claims"',
  );
  const period = folded('period', foldPeriod, named.period, 'a month, such as 2023-07');

  if (client === undefined || fileType === undefined || period === undefined) {
    const missing = Object.entries({ client, file_type: fileType, period }).flatMap(([key, value]) =>
      value === undefined ? [key] : [],
    );
    throw new Problem(
      400,
      'bad_name',
      `${missing.join(', ')} cannot be told: name the file ${NAME_PATTERN} with a month from 01 to 12, ` +
        `or send the form fields ${missing.map((key) => `"${key}"`).join(', ')}.`,
    );
  }
  allow(client);
  if (!feeds.clients.includes(client))
    throw new Problem(
      400,
      'unknown_client',
      `No client "${client.slice(0, 63)}" is described; see the feeds.`,
    );
  if (routeType !== undefined && fileType !== routeType)
    throw new Problem(
      400,
      'wrong_route',
      `This route takes ${routeType}, and the file is ${fileType}: send it to ${ROUTE_OF[fileType]}.`,
    );
  const feed = feeds.find(client, fileType);
  if (!feed) throw new Problem(400, 'unknown_feed', `${client} sends no ${fileType}; see the feeds.`);
  return { feed, period };
}

export const ROUTE_OF: Record<FileType, string> = {
  patient_registration: '/patients/membership',
  claims: '/patients/claims',
};
