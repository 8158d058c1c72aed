import { Oidc } from '../access/oidc.ts';
import { RateLimit } from '../access/rate-limit.ts';
import { TokenFile } from '../access/token-file.ts';
import { adminToken, TokensError } from '../access/tokens.ts';
import { networks } from '../platform/address.ts';
import { type Config, ConfigError } from '../platform/config.ts';
import { type Life, repeat } from '../platform/lifecycle.ts';
import type { Access } from './auth.ts';

/** How often the file of tokens is looked at: a token that is taken away goes on for so long. */
const LOOK_EVERY_SECONDS = 2;

/**
 * The ways in that are configured.
 * @throws ConfigError where there is none, or the file of tokens is wrong
 */
export async function openAccess(
  config: Config<'api'> & Config<'oidc'>,
  { log, stopping, onStop }: Pick<Life, 'log' | 'stopping' | 'onStop'>,
): Promise<Access> {
  const { API_TOKEN, API_TOKENS_FILE, OIDC_ISSUER, OIDC_AUDIENCE } = config;
  if (!API_TOKEN && !API_TOKENS_FILE && !OIDC_ISSUER)
    throw new ConfigError(
      'nobody could come in: set API_TOKENS_FILE, OIDC_ISSUER with OIDC_AUDIENCE, or API_TOKEN',
    );
  const fixed = API_TOKEN === undefined ? [] : [adminToken(API_TOKEN)];
  const file =
    API_TOKENS_FILE === undefined
      ? undefined
      : await TokenFile.open(API_TOKENS_FILE, log).catch((error: unknown) => {
          throw error instanceof TokensError ? new ConfigError(error.message) : error;
        });
  if (file) {
    const looking = repeat(() => file.look(), {
      everySeconds: LOOK_EVERY_SECONDS,
      signal: stopping,
      onError: (error) => log.error({ err: error }, 'the file of tokens was not looked at'),
    });
    onStop(() => looking);
  }
  return {
    tokens: () => [...fixed, ...(file?.tokens ?? [])],
    oidc:
      OIDC_ISSUER === undefined
        ? undefined
        : new Oidc({
            issuer: OIDC_ISSUER,
            audience: OIDC_AUDIENCE!,
            roleClaim: config.OIDC_ROLE_CLAIM,
            clientsClaim: config.OIDC_CLIENTS_CLAIM,
            clockToleranceSeconds: config.OIDC_CLOCK_TOLERANCE_SECONDS,
            cooldownSeconds: config.OIDC_COOLDOWN_SECONDS,
          }),
    limit: new RateLimit({ perSecond: config.API_REQUESTS_PER_SECOND, burst: config.API_BURST }),
    proxies: networks(config.TRUSTED_PROXIES),
  };
}
