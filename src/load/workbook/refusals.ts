import { FileRejected } from '../rejection.ts';

/** Why a workbook is not read. What is told never quotes it. */
export const refused = {
  notUnzipped: (cause?: unknown) =>
    new FileRejected(
      'damaged_workbook',
      'The workbook is damaged or cut off: it cannot be unzipped. Send it again.',
      { cause },
    ),
  /** @param what of it is wrong, as a sentence's end: `its rows are not in order` */
  damaged: (what: string) =>
    new FileRejected(
      'damaged_workbook',
      `The workbook is damaged: ${what}. Open it in Excel and save it again, or send CSV.`,
    ),
  notWorkbook: () =>
    new FileRejected(
      'not_a_workbook',
      'The file is a zip archive but not an .xlsx workbook. Save it as .xlsx or CSV.',
    ),
  otherWorkbook: (what: string) =>
    new FileRejected(
      'not_a_workbook',
      `The file is ${what}, not an .xlsx workbook. Save it as .xlsx or CSV.`,
    ),
  encrypted: () =>
    new FileRejected('encrypted_workbook', 'The workbook is encrypted. Save it without a password.'),
  unreadable: () =>
    new FileRejected(
      'encrypted_workbook',
      'The workbook is protected by a password, or damaged. Save it as .xlsx without a password.',
    ),
  /** @param bytes the limit that it grows beyond */
  tooLarge: (bytes: number) =>
    new FileRejected(
      'workbook_too_large',
      `The workbook grows beyond ${Math.round(bytes / 1024 / 1024)} MiB when unzipped. Send it as CSV.`,
    ),
  tooMuch: (what: string) =>
    new FileRejected(
      'workbook_too_large',
      `The workbook has more than ${what}. Send it as CSV, or in parts.`,
    ),
  /** @param bytes the most that an old workbook may have */
  oldTooLarge: (bytes: number) =>
    new FileRejected(
      'workbook_too_large',
      `The file is an old .xls workbook of more than ${Math.round(bytes / 1024 / 1024)} MiB. Save it as .xlsx or CSV.`,
    ),
  oldTooMuch: () =>
    new FileRejected(
      'workbook_too_large',
      'The file is an old .xls workbook that is too large to be read here. Save it as .xlsx or CSV.',
    ),
  missingSheet: (asked: string, sheets: number) =>
    new FileRejected(
      'missing_sheet',
      `The workbook has no sheet "${asked}", which this feed's rows are read from; it has ${sheets} ` +
        `${sheets === 1 ? 'sheet' : 'sheets'} of other names. Rename the sheet and send it again, or describe its name in the feed.`,
    ),
  empty: () => new FileRejected('empty_file', 'The sheet of the workbook that is read is empty.'),
};
