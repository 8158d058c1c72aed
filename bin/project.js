import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const project = dirname(dirname(fileURLToPath(import.meta.url)));
