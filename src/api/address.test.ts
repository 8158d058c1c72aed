import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isNetwork, networks } from '../platform/address.ts';
import { addressOf } from './address.ts';

const PROXIES = ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'];

test.each<[string, string | undefined, string | undefined, string | null]>([
  ['a client that comes directly', '198.51.100.7', undefined, '198.51.100.7'],
  ['one that makes something up', '198.51.100.7', '203.0.113.1', '198.51.100.7'],
  ['behind a proxy', '10.1.2.3', '198.51.100.7', '198.51.100.7'],
  ['behind two', '10.1.2.3', '198.51.100.7, 192.0.2.1', '198.51.100.7'],
  ['behind a proxy, and making something up', '10.1.2.3', '203.0.113.1, 198.51.100.7', '198.51.100.7'],
  ['behind a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
  ['behind a proxy that says nonsense', '10.1.2.3', 'unknown', '10.1.2.3'],
  ['nonsense before an address', '10.1.2.3', '<script>, 198.51.100.7', '198.51.100.7'],
  ['proxies only', '10.1.2.3', '10.9.9.9', '10.9.9.9'],
  ['a socket of both families', '::ffff:10.1.2.3', '::ffff:198.51.100.7', '198.51.100.7'],
  ['IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
  ['a connection that is gone', undefined, '198.51.100.7', null],
])('%s', (_, remoteAddress, forwarded, expected) => {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
  expect(addressOf(request as unknown as IncomingMessage, networks(PROXIES))).toBe(expected);
});

test.each([
  ['10.0.0.0/8', true],
  ['192.0.2.1', true],
  ['2001:db8::/32', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0', false],
  ['proxy.example.com', false],
  ['', false],
])('%s is a network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected);
});
