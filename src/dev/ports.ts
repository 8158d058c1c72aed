import { connect } from 'node:net';
import getPort, { portNumbers } from 'get-port';

/** How many ports after the usual one are tried before any free one is taken. */
const NEIGHBOURS = 20;

/** The usual port if it is free, otherwise one near it; `say` is told when it is not the usual one. */
export async function choosePort(name: string, usual: number, say: (line: string) => void): Promise<number> {
  const port = await getPort({ port: portNumbers(usual, usual + NEIGHBOURS) });
  if (port !== usual) say(`Port ${usual} is in use: ${name} takes ${port}.`);
  return port;
}

/** Any free port, for what nobody needs to know by heart. */
export const anyPort = (): Promise<number> => getPort();

/** @throws where nothing listens on a port of this machine */
export function connectOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject).once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
