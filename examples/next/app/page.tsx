import { clientFor, tokenOf } from '../server/api';
import { Upgrade } from './upgrade';

/**
 * Runs on the server, for each request: asks what the user has under way, and hands it on. What the
 * browser gets is HTML that says where the asset is.
 */
export default async function Page() {
  const token = await tokenOf();
  if (token === null) return <main>Sign in first: this page expects a cookie “token”.</main>;
  const [open] = await clientFor(token).upgrade.active();
  return (
    <main>
      <h1>NFT upgrade</h1>
      <Upgrade snapshot={open ?? null} />
    </main>
  );
}
