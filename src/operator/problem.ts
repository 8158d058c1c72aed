/**
 * Something that a person can mend keeps a Transformation from its work: it becomes the reason and message of the
 * condition Ready.
 */
export class Problem extends Error {
  override name = 'Problem';
  /** One word for programs. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
