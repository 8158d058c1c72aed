import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import { family } from '../platform/address.ts';

/** `::ffff:10.0.0.1` is 10.0.0.1, as a server that listens on both families sees it. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * From where a request comes: of X-Forwarded-For the last address that no trusted proxy has. What a client that comes
 * directly writes there is not believed.
 */
export function addressOf(request: IncomingMessage, proxies: BlockList): string | null {
  const trusted = (address: string) => proxies.check(address, family(address));
  let address = plain(request.socket.remoteAddress ?? '');
  if (!isIP(address)) return null;
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  for (const text of forwarded.reverse()) {
    const before = plain(text.trim());
    if (!trusted(address) || !isIP(before)) break;
    address = before;
  }
  return address;
}
