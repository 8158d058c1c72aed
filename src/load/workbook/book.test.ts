import { describe, expect, test } from 'vitest';
import { inline, relations, type WorkbookParts, workbookOf } from '../../../test/setup/workbook.ts';
import { zipOf } from '../../../test/setup/zip.ts';
import { open, read } from '../../../test/workbooks/ours.ts';

const names = ['Notes', 'Chart', 'Größe &amp; Zahl', 'Last'];
const states = ['hidden', 'visible', 'visible', 'veryHidden'];
const sheet = (text: string) =>
  `<worksheet><sheetData><row>${inline(text)}</row><row>${inline('x')}</row></sheetData></worksheet>`;
/** A hidden sheet, a chart, a visible sheet, and one that only a macro shows. */
const book: WorkbookParts = {
  parts: {
    'xl/workbook.xml': `<workbook><sheets>${names
      .map((name, i) => `<sheet name="${name}" sheetId="${i + 7}" state="${states[i]}" r:id="rId${i + 1}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ['worksheet', 'worksheets/sheet1.xml'],
      ['chartsheet', 'chartsheets/sheet1.xml'],
      ['worksheet', '/xl/worksheets/sheet%202.xml'],
      ['worksheet', '../xl/./worksheets/sheet3.xml'],
    ]),
    'xl/worksheets/sheet1.xml': sheet('first'),
    'xl/worksheets/sheet 2.xml': sheet('second'),
    'xl/worksheets/sheet3.xml': sheet('third'),
  },
};

describe('the sheet that is read', () => {
  test.each([
    [undefined, 'second'],
    ['Notes', 'first'],
    [' größe & zahl ', 'second'],
    ['Gro\u0308ße & Zahl', 'second'],
    ['LAST', 'third'],
  ])('%s', async (asked, found) => {
    const { header } = await read(workbookOf(book), asked);
    expect(header[0]!.text).toBe(found);
  });

  test('one that is not there', async () => {
    await expect(read(workbookOf(book), 'Members')).rejects.toThrow(/no sheet "Members".* it has 4 sheets/);
  });

  test('a chart has no rows', async () => {
    await expect(read(workbookOf(book), 'Chart')).rejects.toMatchObject({ code: 'empty_file' });
  });

  test('where none is visible', async () => {
    const hidden = String(book.parts!['xl/workbook.xml']).replaceAll('"visible"', '"hidden"');
    await expect(
      read(workbookOf({ parts: { ...book.parts, 'xl/workbook.xml': hidden } })),
    ).rejects.toMatchObject({
      code: 'empty_file',
    });
  });

  test('one whose part is missing', async () => {
    const parts = { 'xl/_rels/workbook.xml.rels': relations([['worksheet', 'worksheets/sheet9.xml']]) };
    await expect(read(workbookOf({ parts }))).rejects.toMatchObject({ code: 'damaged_workbook' });
  });

  test('a workbook of another name', async () => {
    const parts = {
      '_rels/.rels': relations([['officeDocument', 'other/book.xml']]),
      'other/book.xml': '<workbook><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>',
      'other/_rels/book.xml.rels': relations([['worksheet', 'one.xml']]),
      'other/one.xml': sheet('of another name'),
    };
    expect((await read(workbookOf({ parts }))).header[0]!.text).toBe('of another name');
  });
});

describe('what is no .xlsx workbook is told by what it is', () => {
  const zip = (...parts: string[]) => zipOf(parts.map((name) => ({ name, content: Buffer.from('<a/>') })));
  test.each<[string, Buffer, RegExp]>([
    ['.xlsb', zip('[Content_Types].xml', 'xl/workbook.bin'), /binary workbook \(\.xlsb\)/],
    ['.ods', zip('mimetype', 'content.xml', 'META-INF/manifest.xml'), /OpenDocument file \(\.ods\)/],
    ['Numbers', zip('Index/Document.iwa'), /Numbers document/],
    ['.docx', zip('[Content_Types].xml', 'word/document.xml'), /not an \.xlsx/],
    ['an empty zip', zipOf([]), /not an \.xlsx/],
  ])('%s', async (_, bytes, message) => {
    const error = await open(bytes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'not_a_workbook', message: expect.stringMatching(message) });
  });
});
