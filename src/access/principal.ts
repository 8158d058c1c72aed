export const ROLES = ['upload', 'read', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** `*`: every client, those that are described later among them. */
export type Clients = '*' | readonly string[];

/** Who asks, once it is known. */
export interface Principal {
  /** `token:NAME` or `oidc:SUBJECT`: how the audit and the rate limit name it. */
  id: string;
  role: Role;
  clients: Clients;
}

/** `administer`: to delete, to retry, to ask for a run. */
export type Right = 'see' | 'send' | 'administer';

const RIGHTS: Record<Role, readonly Right[]> = {
  upload: ['see', 'send'],
  read: ['see'],
  admin: ['see', 'send', 'administer'],
};

export const may = ({ role }: Principal, right: Right): boolean => RIGHTS[role].includes(right);

/** Whether what belongs to the client may be known to the principal at all. */
export const isFor = ({ clients }: Pick<Principal, 'clients'>, client: string): boolean =>
  clients === '*' || clients.includes(client);
