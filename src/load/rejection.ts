/** Why a whole file is wrong. `message` helps its sender and never quotes a cell. */
export type RejectionCode =
  | 'empty_file'
  | 'no_rows'
  | 'all_rows_rejected'
  | 'bad_header'
  | 'nul_bytes'
  | 'not_a_table'
  | 'damaged_workbook'
  | 'encrypted_workbook'
  | 'not_a_workbook'
  | 'workbook_too_large'
  | 'missing_columns'
  | 'missing_sheet'
  | 'wrong_delimiter'
  | 'wrong_encoding'
  | 'wrong_format'
  | 'duplicate_columns'
  | 'too_many_columns'
  | 'unknown_feed';

/** The file is wrong and no retry will help: it becomes `rejected`, or is refused with 400. */
export class FileRejected extends Error {
  override name = 'FileRejected';
  readonly code: RejectionCode;

  constructor(code: RejectionCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const nulBytes = () =>
  new FileRejected('nul_bytes', 'The file has NUL bytes: it is not text. Send it as CSV or XLSX.');

/** Why one record could not be parsed. */
export type RowReason =
  | 'too_few_fields'
  | 'too_many_fields'
  | 'stray_quote'
  | 'unterminated_quote'
  | 'end_of_data_marker'
  | 'record_too_long';

export interface RejectedRecord {
  rowNumber: number;
  reason: RowReason;
  message: string;
  /** The record as it came. */
  raw: string;
}
