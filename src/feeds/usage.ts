/** A command was called in a way that makes no sense: the message says what to write instead. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
