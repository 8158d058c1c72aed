/** A cell that readers may stumble over, and what it says. */
export interface AwkwardCell {
  /** Attributes but for `r` and `s`, and content. */
  xml: string;
  /** The code or id of its number format. */
  format?: string | number;
  /** In a workbook whose days count from 1904. */
  date1904?: true;
  /** Null: it is blank. */
  text: string | null;
  /** Who reads it otherwise, and why. */
  otherwise?: Partial<Record<'SheetJS' | 'openpyxl', string>>;
}

const number = (
  value: string,
  text: string,
  format?: string | number,
  otherwise?: AwkwardCell['otherwise'],
) => ({
  xml: `<c><v>${value}</v></c>`,
  text,
  ...(format === undefined ? {} : { format }),
  ...(otherwise === undefined ? {} : { otherwise }),
});
const inline = (content: string, text: string | null, otherwise?: AwkwardCell['otherwise']) => ({
  xml: `<c t="inlineStr"><is>${content}</is></c>`,
  text,
  ...(otherwise === undefined ? {} : { otherwise }),
});
const garbled = 'decodes UTF-8 again after it has resolved numeric references';
const literal = 'leaves _xHHHH_ as it is';
const lineEnds = 'makes LF of every CR LF, those that are meant among them';

export const AWKWARD_CELLS: AwkwardCell[] = [
  // Numbers
  number('42711784', '42711784'),
  number('4.2711784E7', '42711784'),
  number('42711784.0', '42711784'),
  number('1E+17', '100000000000000000'),
  number('1e21', '1000000000000000000000'),
  number('1.2345678901234568E+16', '12345678901234568'),
  number('1234567890123456', '1234567890123456'),
  number('12345678901234567', '12345678901234568', undefined, { openpyxl: 'reads integers beyond a double' }),
  number('0.1', '0.1'),
  number('0.10', '0.1'),
  number('.5', '0.5'),
  number('5.', '5'),
  number('+5', '5'),
  number('007', '7'),
  number('-0', '0'),
  number('-12.50', '-12.5'),
  number('0.30000000000000004', '0.30000000000000004'),
  number('189.41', '189.41', '#,##0.00'),
  number('1.7976931348623157E+308', `17976931348623157${'0'.repeat(292)}`),
  number('5E-324', `0.${'0'.repeat(323)}5`),
  number('1E-7', '0.0000001'),
  number(' 12 ', '12'),
  number('&#49;2', '12'),
  number('<!-- of -->1<![CDATA[2]]>', '12', undefined, { SheetJS: 'takes comments for text' }),
  number('many', 'many', undefined, { SheetJS: 'has no number', openpyxl: 'fails' }),
  { xml: '<c/>', text: null },
  { xml: '<c></c>', text: null },
  { xml: '<c><v/></c>', text: null },
  { xml: '<c><v></v></c>', text: null },
  { xml: '<c t="n"><v>5</v></c>', text: '5' },
  { xml: "<c  t = 'n' ><v >5</v ></c >", text: '5', otherwise: { SheetJS: 'looks for v without blanks' } },

  // Formats of zeros, percents, units
  number('123', '00123', '00000'),
  number('123456', '123456', '00000'),
  number('0', '00000', '00000'),
  number('21301234', '02130-1234', '00000\\-0000'),
  number('123456789', '123-45-6789', '000\\-00\\-0000'),
  number('1234567890', '123-456-7890', '000-000-0000'),
  number('12.5', '12.5', '00000'),
  number('-5', '-5', '00000'),
  number('0.25', '0.25', '0%'),
  number('45.5', '45.5', '[Red]0.00'),
  number('45', '45', '0 "days"'),
  number('45', '45', '0.00E+00'),
  number('45', '45', '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)'),
  number('45', '45', '"day" 0'),
  number('45', '45', '\\d0'),
  number('45', '45', 'General'),
  number('45', '45', '[$€-407] #,##0'),
  number('45', '45', 44),

  // Dates
  number('46088', '2026-03-07', 'yyyy-mm-dd'),
  number('46088', '2026-03-07', 'YYYY-MM-DD'),
  number('46088.0', '2026-03-07', 'm/d/yy'),
  number('46088', '2026-03-07', '[$-409]d\\-mmm\\-yy;@'),
  number('46088', '2026-03-07', 'd". "mmmm\\ yyyy'),
  number('46088', '2026-03-07', 'mmm'),
  ...[14, 15, 16, 17].map((id) => number('46088', '2026-03-07', id)),
  ...[27, 31, 50, 57].map((id) =>
    number('46088', '2026-03-07', id, { SheetJS: 'knows formats of English editions', openpyxl: 'does too' }),
  ),
  number('46088.5737152778', '2026-03-07 13:46:09', 22),
  number('46088.573715', '2026-03-07 13:46:09', 'yyyy-mm-dd hh:mm:ss'),
  number('46088.999999', '2026-03-08', 'yyyy-mm-dd hh:mm:ss'),
  number('2958465', '9999-12-31', 14),
  number('2958466', '2958466', 14, { openpyxl: 'makes an error of it' }),
  number('-5', '-5', 14, { openpyxl: 'counts back from 1899-12-30' }),
  number('1', '1900-01-01', 14),
  number('59', '1900-02-28', 14),
  number('60', '1900-02-29', 14, { openpyxl: 'has no such day' }),
  number('61', '1900-03-01', 14),
  number('36526', '2000-01-01', 14),
  number('37680.25', '2003-02-28 06:00:00', 14),

  // Times
  number('0.5', '12:00:00', 'h:mm'),
  number('0.5729166667', '13:45:00', 'hh:mm AM/PM'),
  number('0.5', '12:00:00', 21),
  number('0.000011574074074074', '00:00:01', 'mm:ss'),
  number('0', '00:00:00', 'h:mm:ss', { SheetJS: 'shows a day 0' }),
  number('0.999999', '1900-01-01', 'h:mm', {
    openpyxl: 'has a time without a day',
  }),
  number('1.25', '30:00:00', '[h]:mm:ss', { SheetJS: 'takes it for a date' }),
  number('1.25', '30:00:00', 46, { SheetJS: 'takes it for a date' }),
  number('0.0625', '01:30:00', '[mm]:ss'),
  number('100.5', '2412:00:00', '[hh]:mm', { SheetJS: 'takes it for a date' }),

  // Days that count from 1904
  { ...number('44626', '2026-03-07', 'yyyy-mm-dd'), date1904: true },
  { ...number('44626.5', '2026-03-07 12:00:00', 22), date1904: true },
  { ...number('0', '1904-01-01', 14, { openpyxl: 'has a time without a day' }), date1904: true },
  { ...number('0.5', '12:00:00', 20), date1904: true },
  { ...number('2957003', '9999-12-31', 14), date1904: true },
  {
    ...number('2957004', '2957004', 14, {
      SheetJS: 'shows the year 10000',
      openpyxl: 'makes an error of it',
    }),
    date1904: true,
  },
  { ...number('1.25', '30:00:00', 46, { SheetJS: 'takes it for a date' }), date1904: true },

  // Dates of their own type
  { xml: '<c t="d"><v>2023-07-01</v></c>', text: '2023-07-01', otherwise: { SheetJS: 'shifts by the zone' } },
  { xml: '<c t="d"><v>2023-07-01T00:00:00</v></c>', text: '2023-07-01', otherwise: { SheetJS: 'shifts' } },
  {
    xml: '<c t="d"><v>2023-07-01T13:46:09.6Z</v></c>',
    text: '2023-07-01 13:46:10',
    otherwise: { SheetJS: 'shifts by the zone' },
  },

  // Other types
  { xml: '<c t="b"><v>1</v></c>', text: 'TRUE' },
  { xml: '<c t="b"><v>0</v></c>', text: 'FALSE' },
  { xml: '<c t="b"><v>true</v></c>', text: 'TRUE', otherwise: { openpyxl: 'fails' } },
  ...['#N/A', '#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#NULL!'].map((text) => ({
    xml: `<c t="e"><v>${text}</v></c>`,
    text,
  })),
  { xml: '<c t="e"><v>#SPILL!</v></c>', text: '#SPILL!', otherwise: { SheetJS: 'knows older errors only' } },
  { xml: '<c t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', text: 'ab' },
  { xml: '<c t="str"><f>""</f><v></v></c>', text: null },
  { xml: '<c><f>1+2</f><v>3</v></c>', text: '3' },
  { xml: '<c><f t="shared" si="0" ref="A1:B&gt;2">1&lt;2</f><v>3</v></c>', text: '3' },
  {
    xml: '<c t="str"><f><![CDATA["</c>"&"<v>"]]></f><v>a &amp; b</v></c>',
    text: 'a & b',
    otherwise: { SheetJS: 'ends the cell within' },
  },
  { xml: '<c t="str"><v> padded </v></c>', text: ' padded ' },
  { xml: '<c><f>A1</f></c>', text: null },

  // Texts
  inline('<t>00012345678901234567</t>', '00012345678901234567'),
  inline('<t xml:space="preserve">  pad  </t>', '  pad  '),
  inline('<t>  pad  </t>', '  pad  '),
  inline('<t> </t>', ' '),
  inline('<t/>', null),
  inline('<t></t>', null),
  inline('', null),
  inline('<t>a&#10;b &amp; &lt;c&gt; &quot;d&quot; &apos;e&apos;</t>', 'a\nb & <c> "d" \'e\''),
  inline('<t>M&#252;ller &#x1F600;</t>', 'Müller 😀', { SheetJS: garbled }),
  inline('<t>Müller 東京 😀</t>', 'Müller 東京 😀'),
  inline('<t>a\r\nb\rc\nd</t>', 'a\nb\nc\nd', { SheetJS: 'keeps a lone CR' }),
  inline('<t>tab\tand back\\slash \\N \\.</t>', 'tab\tand back\\slash \\N \\.'),
  inline('<t>x_x0007_y</t>', 'x\u0007y', { openpyxl: literal }),
  inline('<t>_x000D_\n</t>', '\r\n', { SheetJS: lineEnds, openpyxl: literal }),
  inline('<t>a&#13;&#10;b</t>', 'a\r\nb', { SheetJS: lineEnds }),
  inline('<t>_x005F_x0041_ _x41_ _xZZZZ_ __x0041__</t>', '_x0041_ _x41_ _xZZZZ_ _A_', { openpyxl: literal }),
  inline('<t>_xD83D__xDE00_</t>', '😀', { openpyxl: literal }),
  inline('<t><![CDATA[a < b & c]]> &amp; d</t>', 'a < b & c & d'),
  inline('<t>a<!-- not this -->b</t>', 'ab', { SheetJS: 'takes it for text' }),
  inline(
    '<r><t>plain </t></r><r><rPr><b/></rPr><t xml:space="preserve">bold</t></r><r><t> end</t></r>',
    'plain bold end',
  ),
  inline('<r><t>東京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>', '東京'),
  inline('<t>=1+1</t>', '=1+1'),
  inline(`<t>${'long '.repeat(6000)}</t>`, 'long '.repeat(6000)),
  {
    xml: '<c t="inlineStr"><v>5</v></c>',
    text: '5',
    otherwise: { SheetJS: 'wants is', openpyxl: 'does too' },
  },
  {
    xml: '<c><v>7</v><extLst><ext uri="x"><x:v xmlns:x="urn:x">8</x:v></ext></extLst></c>',
    text: '7',
  },
];
