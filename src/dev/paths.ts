import { fileURLToPath } from 'node:url';

/** The root of the clone, without a slash at its end. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Everything that a run on this machine leaves: data, logs, tools. Git does not see it. */
export const HOME = `${PROJECT}/.waymark`;

export const LOGS = `${HOME}/log`;
export const TOOLS = `${HOME}/tools`;
/** Passwords of the logins on our own Postgres. */
export const LOGINS = `${HOME}/postgres-logins`;
export const ENV_FILE = `${HOME}/env`;
export const DEV_LOCK = `${HOME}/dev.lock`;
export const CHILDREN = `${HOME}/children.json`;
export const DBT_PYTHON = `${TOOLS}/dbt/bin/python`;
