import { readFile, rename, writeFile } from 'node:fs/promises';
import { type Document, parseDocument, stringify } from 'yaml';
import { foldClient } from '../files/names.ts';
import type { Role } from './principal.ts';
import { newSecret, parseTokens, sha256Of, TokenEntry, TokensError } from './tokens.ts';

export interface CreateOptions {
  name: string;
  role: Role;
  client: string[];
  file?: string;
}

/**
 * `waymark token create`: prints a new secret, the one time that anybody sees it, and its entry; or adds the entry to a file.
 * @returns the exit code
 */
export async function createToken({ name, role, client, file }: CreateOptions): Promise<number> {
  const secret = newSecret();
  const clients = client.includes('*') ? '*' : client.map(foldClient);
  const entry = TokenEntry.safeParse({ name, sha256: sha256Of(secret), role, clients });
  if (!entry.success) {
    for (const { path, message } of entry.error.issues)
      console.error(`--${String(path[0]).replace('clients', 'client')} ${message}`);
    return 1;
  }
  try {
    if (file !== undefined) await addTo(file, entry.data);
  } catch (error) {
    if (!(error instanceof TokensError)) throw error;
    console.error(`${file}: ${error.message}`);
    return 1;
  }
  console.log(`${secret}\n`);
  console.error(
    file === undefined
      ? `It is shown this once. The entry for the file of API_TOKENS_FILE:\n\n${stringify({ tokens: [entry.data] })}`
      : `It is shown this once. Its hash is in ${file}.`,
  );
  return 0;
}

/** Adds an entry, and leaves comments and order of the file as they are; all at once, and readable by its owner only. */
async function addTo(path: string, entry: TokenEntry): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return 'tokens: []\n';
  });
  parseTokens(text);
  const document: Document = parseDocument(text);
  document.addIn(['tokens'], document.createNode(entry));
  // A list within brackets, as an empty one is written, would stay in one line.
  const list = document.get('tokens') as { flow?: boolean };
  if (!text.trimStart().startsWith('{')) list.flow = false;
  const added = String(document);
  parseTokens(added);
  await writeFile(`${path}.new`, added, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
