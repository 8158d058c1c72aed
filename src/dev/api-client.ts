import { setTimeout as delay } from 'node:timers/promises';
import { uploadFile } from './upload.ts';

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
    warning?: string[];
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

interface Answered {
  status: number;
  body: string;
  /** Seconds, where the API asks for patience. */
  retryAfter: string | undefined;
}

export interface ApiClientOptions {
  url: string;
  token: string;
  signal?: AbortSignal;
}

/** How often a request that is one too many (429) is sent again, each time when the API says. */
const TIMES_AGAIN = 20;

/** Speaks with a Waymark API. All its functions throw ApiError where the API cannot be used. */
export function createApiClient({ url, token, signal }: ApiClientOptions): ApiClient {
  const headers = { authorization: `Bearer ${token}` };

  /** Puts the errors of a call into words that help. */
  async function reach<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      signal?.throwIfAborted();
      const { cause: inner } = cause as Error;
      const detail = inner instanceof Error ? inner.message : (cause as Error).message;
      throw new ApiError(`The API at ${url} cannot be reached: ${detail}`, { cause });
    }
  }

  async function patiently(call: () => Promise<Answered>): Promise<Answered> {
    for (let times = 1; ; times++) {
      const answer = await reach(call);
      if (answer.status !== 429 || times > TIMES_AGAIN) return answer;
      await delay((Number(answer.retryAfter) || 1) * 1000, undefined, signal ? { signal } : {});
    }
  }

  async function read<T>(path: string): Promise<T> {
    const { status, body } = await patiently(async () => {
      const response = await fetch(new URL(path, url), { headers, ...(signal ? { signal } : {}) });
      const retryAfter = response.headers.get('retry-after') ?? undefined;
      return { status: response.status, body: await response.text(), retryAfter };
    });
    if (status !== 200) throw new ApiError(`The API answers ${status} to ${path}: ${problemIn(body)}`);
    return JSON.parse(body) as T;
  }

  return {
    async send(path) {
      const { status, body } = await patiently(() =>
        uploadFile(new URL('/files', url), path, { headers, signal }),
      );
      if (status === 202) return { outcome: 'accepted', file: JSON.parse(body) as FileAnswer };
      if (status === 200) return { outcome: 'held', file: JSON.parse(body) as FileAnswer };
      const reason = problemIn(body);
      if (status === 401) throw new ApiError(`The API at ${url} does not know API_TOKEN: ${reason}`);
      return { outcome: 'refused', status, reason };
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

/** What a problem says (RFC 9457), or the text that came instead of one. */
function problemIn(body: string): string {
  try {
    const problem = JSON.parse(body) as { title?: string; detail?: string };
    return problem.detail ?? problem.title ?? body;
  } catch {
    return body;
  }
}
