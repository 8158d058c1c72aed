import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './project.js';

/** Variables that belong together: whoever sets the first means servers of his own, and gets none of the others. */
const GROUPS = [
  { first: 'POSTGRES_HOST', member: /^(POSTGRES_|PG)/ },
  { first: 'AMQP_URL', member: /^(AMQP_|RABBITMQ_)/ },
  { first: 'API_URL', member: /^API_/ },
  { first: 'DOCS_URL', member: /^DOCS_/ },
];

/**
 * Adds what a running `waymark dev` wrote to .waymark/env, unless the variables are set already.
 * @param {NodeJS.ProcessEnv} env
 */
export function addRunningEnvironment(env) {
  let text;
  try {
    text = readFileSync(join(project, '.waymark', 'env'), 'utf8');
  } catch {
    return; // Nothing runs here.
  }
  addVariables(env, parseEnvironment(text));
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Record<string, string>} running
 */
export function addVariables(env, running) {
  const taken = GROUPS.filter(({ first }) => env[first]);
  for (const [name, value] of Object.entries(running))
    if (!env[name] && !taken.some(({ member }) => member.test(name))) env[name] = value;
}

/**
 * Reads lines KEY='value' as sh does; a quote in a value stands there as '\''.
 * @param {string} text
 */
export function parseEnvironment(text) {
  /** @type {Record<string, string>} */
  const variables = {};
  for (const [, name, value] of text.matchAll(/^([A-Z_][A-Z0-9_]*)='((?:[^']|'\\'')*)'$/gm))
    variables[name] = value.replaceAll("'\\''", "'");
  return variables;
}
