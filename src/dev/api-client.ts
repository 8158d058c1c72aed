import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';

/** A file as the API tells of it: what the command line needs of it. */
export interface FileAnswer {
  id: string;
  client: string;
  file_type: string;
  period: string;
  state: string;
  name: string;
  rows_loaded: number | null;
  rows_rejected: number | null;
  run_id: string | null;
  received_at: string;
  settled_at: string | null;
  message: string | null;
}

/** A run as the API tells of it. */
export interface RunAnswer {
  id: string;
  state: string;
  requested_at: string;
  started_at: string | null;
  ended_at: string | null;
  message: string | null;
  summary: {
    tests: { passed: number; failed: number; warned: number; skipped: number };
    models: { passed: number; failed: number; skipped: number };
    failing: string[];
    seconds: number;
  } | null;
}

/** What became of a file that was sent. */
export type SendAnswer =
  | { outcome: 'accepted' | 'held'; file: FileAnswer }
  /** Refused: the problem's own words (RFC 9457), which never quote a cell. */
  | { outcome: 'refused'; status: number; reason: string };

/** The API cannot be used: not reachable, or it does not know us. */
export class ApiError extends Error {
  override name = 'ApiError';
}

export interface ApiClient {
  send(path: string): Promise<SendAnswer>;
  file(id: string): Promise<FileAnswer>;
  files(): Promise<FileAnswer[]>;
  newestRun(): Promise<RunAnswer | undefined>;
}

export interface ApiClientOptions {
  url: string;
  token: string;
  signal?: AbortSignal;
}

/** Speaks with a Waymark API. All its functions throw ApiError where the API cannot be used. */
export function createApiClient({ url, token, signal }: ApiClientOptions): ApiClient {
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(new URL(path, url), {
        ...init,
        headers: { authorization: `Bearer ${token}` },
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const detail =
        (cause as Error).cause instanceof Error ? ((cause as Error).cause as Error).message : cause;
      throw new ApiError(`The API at ${url} cannot be reached: ${detail}`, { cause });
    }
  }

  async function read<T>(path: string): Promise<T> {
    const response = await ask(path);
    if (!response.ok)
      throw new ApiError(`The API answers ${response.status} to ${path}: ${await problemOf(response)}`);
    return (await response.json()) as T;
  }

  return {
    async send(path) {
      const form = new FormData();
      // Read from the disk while it is sent, whatever its size.
      form.set('file', await openAsBlob(path), basename(path));
      const response = await ask('/files', { method: 'POST', body: form });
      if (response.status === 202)
        return { outcome: 'accepted', file: (await response.json()) as FileAnswer };
      if (response.status === 200) return { outcome: 'held', file: (await response.json()) as FileAnswer };
      const reason = await problemOf(response);
      if (response.status === 401) throw new ApiError(`The API at ${url} does not know API_TOKEN: ${reason}`);
      return { outcome: 'refused', status: response.status, reason };
    },
    file: (id) => read<FileAnswer>(`/files/${id}`),
    async files() {
      const all: FileAnswer[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
        const page: { items: FileAnswer[]; next_cursor: string | null } = await read(`/files${query}`);
        all.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return all;
    },
    newestRun: async () => (await read<{ items: RunAnswer[] }>('/runs')).items[0],
  };
}

async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string };
    return problem.detail ?? problem.title ?? response.statusText;
  } catch {
    return response.statusText;
  }
}
