import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Texts by their paths within a folder. */
export type Files = Map<string, string>;

/** Makes the folder hold these files and, below `owned`, no others. */
export function writeFiles(folder: string, files: Files, owned: string[]): void {
  for (const path of strangers(folder, files, owned)) rmSync(join(folder, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Paths at which the folder is not what it would be made. */
export function staleFiles(folder: string, files: Files, owned: string[]): string[] {
  const differing = [...files].filter(([path, text]) => {
    const file = join(folder, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  return [...differing.map(([path]) => path), ...strangers(folder, files, owned)];
}

function strangers(folder: string, files: Files, owned: string[]): string[] {
  return owned
    .filter((name) => existsSync(join(folder, name)))
    .flatMap((name) => readdirSync(join(folder, name)).map((entry) => `${name}/${entry}`))
    .filter((path) => !files.has(path));
}
