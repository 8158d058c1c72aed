import { lastDay, OPEN_END } from './date.ts';
import { Random } from './random.ts';

/** A member as the client knows him, before any client's way of writing. */
export interface Person {
  memberId: string;
  firstName: string;
  middleName: string;
  lastName: string;
  sex: 'female' | 'male';
  birthDate: string;
  address: string;
  unit: string;
  city: string;
  state: string;
  zip: string;
  phone: string;
  email: string;
  start: string;
  /** Null: the client leaves it blank. */
  end: string | null;
}

const FEMALE =
  'Ana Grace Mary Olivia Zoë Renée Tamika Priya Linh Fatima Carmen Ruth Ingrid Noor Keiko Dana'.split(' ');
const MALE =
  'James Luis Omar Peter José Wei Darnell Arjun Ivan Samuel Marcus Björn Tariq Hugo Kofi Sean'.split(' ');
const LAST = (
  'Smith Johnson Nguyen García Patel Müller Okafor Brown Davis Kim Lopez Núñez Clark Walker Young ' +
  'Haddad Ivanova Rossi Schmidt Tanaka Mbeki Fischer Stone Rivera'
).split(' ');
const DOUBLE_LAST = ["O'Brien", 'Smith-Jones', 'De La Cruz', 'Van Dyke', 'St. John'];
const MIDDLE = ['', '', 'M', 'J', 'Lee', 'Ann', 'R', 'Marie', 'T', 'Ray'];
const STREETS = 'Oak Main Church Granby Colley Maple Hampton Elm Park Monument Cedar Lafayette'.split(' ');
const STREET_ENDS = ['St', 'Ave', 'Blvd', 'Rd', 'Ct'];
const UNITS = ['', '', '', '', 'Apt 4', 'Unit B', 'Apt 12C', 'Fl 2'];
/** City, state and zip agree, so that a check across fields finds nothing but what is planted. */
export const PLACES = [
  ['Norfolk', 'VA', '23510'],
  ['Virginia Beach', 'VA', '23451'],
  ['Newport News', 'VA', '23601'],
  ['Richmond', 'VA', '23220'],
  ['Arlington', 'VA', '22201'],
  ['Baltimore', 'MD', '21201'],
  ['Raleigh', 'NC', '27601'],
  ['Charleston', 'WV', '25301'],
  ['Boston', 'MA', '02130'],
  ['Newark', 'NJ', '07102'],
  ['Hartford', 'CT', '06103'],
] as const;
const AREA_CODES = ['757', '804', '703', '410', '919', '617', '304'];
/** Ends around the manifest's as_of_date, so that members are active, inactive and unknown. */
const ENDS = [
  ...['2023-12-31', '2024-06-30', '2024-12-31', OPEN_END, OPEN_END, '2023-12-31', '2024-03-31'],
  ...['2023-12-30', '2023-09-30', '2023-10-31', '2023-08-31'],
];

/** The person of one client and index: always the same for a seed, whoever asks and in whichever order. */
export function person(seed: number, client: string, index: number): Person {
  const random = new Random(`${seed}/person/${client}/${index}`);
  const sex = random.chance(0.5) ? 'female' : 'male';
  const firstName = random.pick(sex === 'female' ? FEMALE : MALE);
  const lastName = random.chance(0.1) ? random.pick(DOUBLE_LAST) : random.pick(LAST);
  const [city, state, zip] = random.pick(PLACES);
  const month = String(random.integer(1, 12)).padStart(2, '0');
  const day = String(random.integer(1, 28)).padStart(2, '0');
  return {
    memberId: memberId(client, index),
    firstName,
    middleName: random.pick(MIDDLE),
    lastName,
    sex,
    // From 1930 on: an older birth's serial has four digits and could be anything.
    birthDate: `${random.integer(1930, 2022)}-${month}-${day}`,
    address: `${random.integer(1, 9899)} ${random.pick(STREETS)} ${random.pick(STREET_ENDS)}`,
    unit: random.pick(UNITS),
    city,
    state,
    zip,
    phone: `${random.pick(AREA_CODES)}555${String(random.integer(100, 9999)).padStart(4, '0')}`,
    email: `${ascii(firstName)}.${ascii(lastName)}${index}@example.org`,
    start: `${random.integer(2019, 2023)}-0${random.integer(1, 6)}-01`,
    end: random.chance(0.05) ? null : random.pick(ENDS),
  };
}

/** A person whose membership turned out to have ended earlier than was said: at the end of June 2023. */
export const shortened = (who: Person): Person => ({ ...who, end: lastDay('2023-06') });

/** A person who moved and has a new number. */
export function moved(who: Person, random: Random): Person {
  const [city, state, zip] = random.pick(PLACES);
  const address = `${random.integer(1, 9899)} ${random.pick(STREETS)} ${random.pick(STREET_ENDS)}`;
  return { ...who, address, unit: '', city, state, zip, phone: `804555${random.integer(1000, 9999)}` };
}

/**
 * Ids of the four clients overlap on purpose: 42711501 is one person of client_a, another of client_b and of client_d and,
 * as subscriber 427115 with person code 01, a fourth of client_c.
 */
export function memberId(client: string, index: number): string {
  if (client === 'client_a') return String(42_711_484 + index);
  if (client === 'client_d') return String(42_711_500 + index);
  if (client === 'client_b') return String(index < 60 ? 42_711_490 + index : 50_100_200 + index);
  const family = Math.floor(index / 3);
  const subscriber = family < 3 ? 427_115 + family : family < 20 ? 8_800 + family : 610_000 + family;
  return `${String(subscriber).padStart(6, '0')}0${(index % 3) + 1}`;
}

const ascii = (name: string) =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
