import { describe, expect, test } from 'vitest';
import { likelyRenames, nameLikeness } from './renames.ts';

const nothing = () => false;
/** `a b c` → `a x c` as `b>x name position`. */
function renames(before: string, now: string, isDescribed: (column: string) => boolean = nothing): string[] {
  return likelyRenames(before.split(' '), now.split(' '), isDescribed).map(
    ({ likely_from, column, because }) => `${likely_from}>${column} ${because.join(' ')}`,
  );
}

describe('a column is likely to be an earlier one', () => {
  test.each([
    ['alike by name, wherever it stands', 'mem_id dob city', 'city member_id dob', ['mem_id>member_id name']],
    ['of other words for the same', 'city_nm st zip', 'zip city_name st', ['city_nm>city_name name']],
    ['by its initials', 'id dob sex', 'date_of_birth sex id', ['dob>date_of_birth name']],
    ['written otherwise', 'addr1 city', 'city addr_1', ['addr1>addr_1 name']],
    ['misspelt', 'id member_adress city', 'city member_address id', ['member_adress>member_address name']],
    [
      'akin by name, in the same place',
      'id phone city',
      'id phone_number city',
      ['phone>phone_number name position'],
    ],
    ['of another name, between the same two', 'id sex_cd city', 'id gender city', ['sex_cd>gender position']],
    ['the first, of another name', 'sex_cd city', 'gender city', ['sex_cd>gender position']],
    [
      'one of several that stand together, in their order',
      'id addr_line town zip',
      'id address_line city_town zip',
      ['addr_line>address_line name position', 'town>city_town name position'],
    ],
    ['the nearer of two', 'memb_id city membr_id', 'city member_id', ['membr_id>member_id name position']],
    ['among others that come and go', 'a mem_id b c', 'a b member_id d', ['mem_id>member_id name']],
  ])('%s', (_, before, now, expected) => {
    expect(renames(before, now)).toEqual(expected);
  });
});

describe('nothing is said', () => {
  test.each([
    ['of equal files', 'a b', 'a b'],
    ['of columns that only moved', 'a b c', 'c b a'],
    ['of unlike names in unlike places', 'id sex_cd city', 'id city plan'],
    ['of the last one, as new columns are put at the end', 'id city ethnicity', 'id city pcp_npi'],
    ['of names akin in another place', 'id phone city', 'id city phone_number'],
    ['of unlike ones side by side', 'id sex race zip', 'id plan lob zip'],
    ['of numbered siblings', 'id dx2 dx4', 'id dx3 dx4'],
    ['of a pair of which each could be the one', 'mem_id city', 'city member_id membr_id'],
    ['of one that two could have been', 'memb_id membr_id city', 'city member_id'],
    ['where the place speaks for one and the name for another', 'id zip city', 'id area city zipp'],
  ])('%s', (_, before, now) => {
    expect(renames(before, now)).toEqual([]);
  });

  test('of two columns that the feed describes as two things', () => {
    const described = (column: string) => ['paid_dt', 'paid_date', 'id'].includes(column);
    expect(renames('id paid_dt', 'paid_date id')).toEqual(['paid_dt>paid_date name']);
    expect(renames('id paid_dt', 'paid_date id', described)).toEqual([]);
  });

  test('of a file with another header altogether', () => {
    const before = Array.from({ length: 500 }, (_, i) => `old_column_${i}`);
    const now = before.map((name) => name.replace('old', 'older'));
    const started = performance.now();
    expect(likelyRenames(before, now, nothing)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test.each([
  ['zip', 'zip_code', 2 / 3],
  ['first_name', 'last_name', 0.5],
  ['svc_from', 'svc_to', 0.5],
  ['member_phone', 'phone_number', 0.5],
  ['mem_id', 'member_id', 0.9],
  ['sex_cd', 'gender', 0],
  ['address', 'address_2', 0],
  ['дата_рождения', 'дата_рожд', 0.9],
])('%s and %s are alike by %f', (a, b, likeness) => {
  expect(nameLikeness(a, b)).toBeCloseTo(likeness);
  expect(nameLikeness(b, a)).toBeCloseTo(likeness);
});
