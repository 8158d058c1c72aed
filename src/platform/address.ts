import { BlockList, isIP, isIPv6 } from 'node:net';

/** The word of node:net for the kind of an address. */
export const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Addresses and networks, `10.0.0.0/8`, as a list that knows whether an address is in it. */
export function networks(list: readonly string[]): BlockList {
  const made = new BlockList();
  for (const entry of list) {
    const [address, bits] = entry.split('/') as [string, string | undefined];
    if (bits === undefined) made.addAddress(address, family(address));
    else made.addSubnet(address, Number(bits), family(address));
  }
  return made;
}

/** Whether it is an address, or a network such as 10.0.0.0/8. */
export const isNetwork = (text: string): boolean => {
  const [address, bits, more] = text.split('/') as [string, string?, string?];
  const width = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
  return (
    width > 0 &&
    more === undefined &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width))
  );
};

/** Plain HTTP only where nobody can be in between. */
export const isSafeUrl = (url: string): boolean =>
  /^https:\/\//.test(url) || /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?(\/|$)/.test(url);
