import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import amqp from 'amqplib';
import { brokerCa } from '../queue/connection.ts';
import { managedQueue, managementBeside } from '../queue/depth.ts';
import { askManagement } from '../queue/management.ts';
import { type Child, startChild, untilReady } from './child.ts';
import { findRabbitmq, which } from './need.ts';
import { anyPort, choosePort, connectOnce } from './ports.ts';
import { keptSecret } from './secret.ts';

export interface RabbitmqSettings {
  AMQP_URL: string;
  RABBITMQ_MANAGEMENT_URL: string;
  /** Of a broker that speaks TLS, where Node does not know its CA. */
  AMQP_CA_FILE?: string;
}

/** PEM files by which the broker shows who it is. */
export interface ServerTls {
  ca: string;
  certificate: string;
  key: string;
}

export interface RabbitmqOptions {
  /** Where data and password are; survives a restart. */
  folder: string;
  log: string;
  say: (line: string) => void;
  signal: AbortSignal;
  /** For a broker that nobody will miss: any port will do. */
  throwAway?: boolean;
  /** With it the broker and its management speak TLS, and nothing else. */
  tls?: ServerTls;
}

const USUAL_PORT = 5672;
const USUAL_MANAGEMENT_PORT = 15672;
const USER = 'waymark';

/**
 * Starts a RabbitMQ of our own on 127.0.0.1, with the management plugin. The port mapper of Erlang would come as a daemon
 * that stays for ever; it is started here as a child before, on a port of its own, so that RabbitMQ finds it there.
 */
export async function startRabbitmq(
  options: RabbitmqOptions,
): Promise<{ server: Child; portMapper: Child; settings: RabbitmqSettings }> {
  const { folder, log, say, signal, throwAway = false, tls } = options;
  const password = keptSecret(`${dirname(folder)}/rabbitmq-password`);
  const ports: Ports = {
    amqp: throwAway ? await anyPort() : await choosePort('RabbitMQ', USUAL_PORT, say),
    management: throwAway
      ? await anyPort()
      : await choosePort('RabbitMQ management', USUAL_MANAGEMENT_PORT, say),
    portMapper: await anyPort(),
    distribution: await anyPort(),
  };
  writeConfiguration(folder, ports, password, tls);
  const env = environment(folder, ports);

  const portMapper = await startChild({
    name: 'epmd',
    command: [which('epmd') ?? 'epmd', '-port', String(ports.portMapper), '-address', '127.0.0.1'],
    env,
    log,
  });
  let server: Child | undefined;
  try {
    await untilReady(portMapper, () => connectOnce(ports.portMapper), { signal });
    server = await startChild({
      name: 'rabbitmq',
      command: [findRabbitmq()!],
      env,
      cwd: folder,
      log,
      graceMs: 60_000,
    });
    const settings = {
      AMQP_URL: `${tls ? 'amqps' : 'amqp'}://${USER}:${password}@127.0.0.1:${ports.amqp}`,
      RABBITMQ_MANAGEMENT_URL: `${tls ? 'https' : 'http'}://127.0.0.1:${ports.management}`,
      ...(tls && { AMQP_CA_FILE: tls.ca }),
    };
    const ask = () => checkRabbitmq(settings).then(() => manage(settings, 'GET', 'overview'));
    await untilReady(server, ask, { signal });
    return { server, portMapper, settings };
  } catch (error) {
    await server?.stop();
    await portMapper.stop();
    throw error;
  }
}

/** The settings of a broker that AMQP_URL names. */
export function existingRabbitmq(env: NodeJS.ProcessEnv): RabbitmqSettings {
  return {
    AMQP_URL: env.AMQP_URL!,
    RABBITMQ_MANAGEMENT_URL: env.RABBITMQ_MANAGEMENT_URL || managementBeside(env.AMQP_URL!),
    ...(env.AMQP_CA_FILE && { AMQP_CA_FILE: env.AMQP_CA_FILE }),
  };
}

/** A request to the management API, as the user of the AMQP URL. @throws if it cannot be reached or says no */
export async function manage(
  settings: RabbitmqSettings,
  method: string,
  path: string,
  body?: unknown,
): Promise<void> {
  const url = new URL(`/api/${path}`, settings.RABBITMQ_MANAGEMENT_URL);
  const { username, password } = managedQueue(url.href, settings.AMQP_URL);
  const { status } = await askManagement({ url, username, password, ca: brokerCa(settings) }, method, body);
  if (status >= 300) throw new Error(`RabbitMQ's management answers ${status} to ${method} ${path}`);
}

/** Removes the data. */
export function removeRabbitmq(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${dirname(folder)}/rabbitmq-password`, { force: true });
}

/** Connects once. @throws if the broker does not take connections */
export async function checkRabbitmq(settings: RabbitmqSettings): Promise<void> {
  const ca = brokerCa(settings);
  const connection = await amqp.connect(settings.AMQP_URL, { timeout: 10_000, ...(ca && { ca }) });
  await connection.close();
}

interface Ports {
  amqp: number;
  management: number;
  portMapper: number;
  distribution: number;
}

function writeConfiguration(folder: string, ports: Ports, password: string, tls?: ServerTls): void {
  for (const place of [folder, `${folder}/conf.d`, `${folder}/data`]) {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    chmodSync(place, 0o700);
  }
  const settings = {
    ...(tls ? encrypted(ports, tls) : plain(ports)),
    default_user: USER,
    default_pass: password,
    // A laptop's disk is often nearly full; below this, publishers would be blocked without a word.
    'disk_free_limit.absolute': '50MB',
    // Depths that are five seconds old, the default, would make everything that waits for an empty queue slower.
    collect_statistics_interval: 1000,
    // To the log that its other output goes to.
    'log.file': 'false',
    'log.console': 'true',
    'log.console.level': 'info',
    'log.console.use_colors': 'off',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  const write = (name: string, text: string) => writeFileSync(`${folder}/${name}`, text, { mode: 0o600 });
  write('rabbitmq.conf', lines.join(''));
  write('advanced.config', '[].\n');
  write('rabbitmq-env.conf', '');
  write('enabled_plugins', '[rabbitmq_management].\n');
}

const plain = (ports: Ports) => ({
  'listeners.tcp.local': `127.0.0.1:${ports.amqp}`,
  'management.tcp.ip': '127.0.0.1',
  'management.tcp.port': ports.management,
});

const encrypted = (ports: Ports, { ca, certificate, key }: ServerTls) => ({
  'listeners.tcp': 'none',
  'listeners.ssl.local': `127.0.0.1:${ports.amqp}`,
  'management.ssl.ip': '127.0.0.1',
  'management.ssl.port': ports.management,
  ...Object.fromEntries(
    ['ssl_options', 'management.ssl'].flatMap((where) => [
      [`${where}.cacertfile`, ca],
      [`${where}.certfile`, certificate],
      [`${where}.keyfile`, key],
    ]),
  ),
});

/** Everything that RabbitMQ would otherwise take from the machine's own installation. */
function environment(folder: string, ports: Ports): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ_|ERL_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    // The cookie, Erlang's shared secret, is made here.
    HOME: folder,
    // The name stays when the machine's changes; with it, the data.
    RABBITMQ_NODENAME: 'waymark@localhost',
    RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
    RABBITMQ_CONFIG_FILES: `${folder}/conf.d`,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/advanced.config`,
    RABBITMQ_CONF_ENV_FILE: `${folder}/rabbitmq-env.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/enabled_plugins`,
    RABBITMQ_MNESIA_BASE: `${folder}/data`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_PID_FILE: `${folder}/rabbitmq.pid`,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.portMapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Then the start script becomes the server instead of its parent, and signals go straight to it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}
