import type { Principal } from '@aiw3/nft-upgrade-server-kit';
import { jwtVerify, SignJWT } from 'jose';
import type { Records } from './records/records.ts';

/**
 * Bearer tokens (JWT, HS256) that name the user; the wallet comes from the records, where the host
 * has verified it.
 */
export function createAuth(secret: Uint8Array, records: Records) {
  return {
    issue: (userId: string): Promise<string> =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(secret),

    async authenticate(request: Request): Promise<Principal | null> {
      const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
      if (!token) return null;
      const verified = await jwtVerify(token, secret, { algorithms: ['HS256'] }).catch(() => null);
      const user = verified?.payload.sub ? await records.user(verified.payload.sub) : undefined;
      return user ? { id: user.id, wallet: user.wallet } : null;
    },
  };
}
