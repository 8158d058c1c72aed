import { readConfig } from '../platform/config.ts';
import { buildCommand } from './build.ts';

/** `waymark feeds build`. @returns the exit code */
export function buildModels(options: { check: boolean }): Promise<number> {
  const config = readConfig(process.env, 'feeds', 'dbt');
  return buildCommand({ feeds: config.FEEDS_DIR, dbt: config.DBT_PROJECT_DIR }, options);
}
