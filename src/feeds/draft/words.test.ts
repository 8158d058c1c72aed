import { describe, expect, it } from 'vitest';
import { meaningsOf, wordsOf } from './words.ts';

describe('the words of a header', () => {
  it.each([
    ['member_id', ['member', 'id']],
    ['MemberID', ['member', 'id']],
    ['Member-Id.', ['member', 'id']],
    ['dx12', ['dx', '12']],
    ['Straße / Nr.', ['strasse', 'nr']],
    ['Erlöscode', ['erloscode']],
    ['Teléfono', ['telefono']],
    ['NPINumber', ['npi', 'number']],
  ])('%s', (header, words) => {
    expect(wordsOf(header)).toEqual(words);
  });
});

describe('what a header means', () => {
  it.each([
    ['mbr_id', [['member', 'id']]],
    ['Geburtsdatum', [['birth', 'date']]],
    ['date of birth', [['date', 'birth']]],
    ['memberid', [['member', 'id']]],
    ['svcfromdt', [['service', 'start', 'date']]],
    ['Erlöscode', [['revenue', 'code']]],
    ['mod1', [['modifier', '#1']]],
    ['dx02', [['diagnosis', '#2']]],
    ['Age_Text', [['age', '?']]],
  ])('%s', (header, meanings) => {
    expect(meaningsOf(header)).toEqual(meanings);
  });

  it('can be one of several', () => {
    expect(meaningsOf('pos')).toEqual([
      ['place', 'service'],
      ['line', 'id'],
    ]);
  });
});
