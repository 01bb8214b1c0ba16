import { formats } from './formats.ts';

const { number, rounded, duration, locale } = formats('en-US');

/**
 * The words of the page itself. The words about an operation come from the catalogue of the SDK.
 */
export const english = {
  lang: 'en',
  locale,
  number,
  rounded,
  duration: (ms: number) => duration(ms, { s: (n) => `${n} s`, min: (m, s) => `${m} min ${s} s` }),

  top: { product: 'Equity NFT', localChain: 'Local chain', disconnect: 'Disconnect' },
  preferences: {
    language: 'Language',
    theme: 'Appearance',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
  },
  session: {
    signingIn: 'Signing in …',
    failed: 'Signing in did not work. Connect again in a moment.',
    noSignIn:
      'This server has no sign-in for visitors. ' +
      'Put the sign-in of your product into src/session/api.ts.',
    noServer:
      'The server does not answer. Load the page again in a moment; whatever runs there goes on.',
    support: 'Write to support',
  },
  welcome: {
    title: 'Trade, level up, and never wonder where your NFT is.',
    lead:
      'An upgrade burns your NFT and mints the next level. Whatever closes, crashes or ' +
      'disconnects on the way: the new one always arrives, exactly once.',
    local:
      'A fresh key in this browser, a local Solana chain, no real money. ' +
      'You start with the volume and the badges of level 2.',
  },
  wallet: {
    none: (cluster: string) =>
      'No Solana wallet was found in this browser. Install one, then load the page again. ' +
      `This server works on ${cluster}.`,
    tryTest: 'Try it with a test wallet',
    connect: (name: string) => `Connect ${name}`,
    title: 'Test wallet',
    asks: 'This site asks for a signature of',
    about:
      'A real wallet shows its own window here. ' +
      'This one lives in the page, for the local chain only.',
    decline: 'Decline',
    approve: 'Approve',
  },
  account: { title: 'Your equity NFT', aside: 'Badges and levels' },
  holding: {
    where: (level: number) => `Level ${level} · in your wallet`,
    fees: 'Trading fees',
    agent: 'AI agent uses',
    aWeek: (uses: number) => `${uses} a week`,
    mint: 'Mint',
  },
  levels: {
    title: 'Levels',
    asks: (volume: number, badges: number) =>
      `${rounded(volume)} USDT${badges > 0 ? ` · ${badges} badges` : ''}`,
    yours: 'Yours',
    fees: (reduction: string) => `−${reduction} fees`,
  },
  badges: {
    title: 'Badges',
    activateAll: 'Activate all',
    activate: 'Activate',
    activateOne: (name: string) => `Activate ${name}`,
    activating: (percent: number) => `Activating … ${percent} %`,
    about:
      'An activated badge counts for the next level. ' +
      'It is used up once the new NFT has arrived, not before.',
    owned: 'Owned',
    activated: 'Activated',
    consumed: 'Used',
  },
  next: {
    highest: 'You hold the highest level.',
    nothingAbove: 'There is nothing above it, and it can never be burned.',
    next: 'Next level',
    first: 'Your first NFT',
    brings: (reduction: string, uses: number) =>
      `${reduction} lower trading fees, ${uses} AI agent uses a week`,
    volume: 'Trading volume',
    badges: 'Activated badges',
    of: (required: number, unit: string) => `of ${number(required)} ${unit}`,
    missingVolume: (amount: number) => `${number(amount)} USDT`,
    missingBadges: (count: number) =>
      count === 1 ? '1 activated badge' : `${count} activated badges`,
    missing: (list: readonly string[]) => `Still missing: ${list.join(' and ')}.`,
    upgradeTo: (tier: string) => `Upgrade to ${tier}`,
    claim: (tier: string) => `Claim ${tier}`,
    burns: (current: string, next: string) =>
      `One signature burns ${current}. Then ${next} is yours, whatever happens.`,
    mints: 'Nothing is burned and nothing to sign: it is minted to your wallet.',
    trade: 'Fast-forward: trade and earn badges',
  },
  operation: {
    yours: (tier: string) => `${tier} is yours`,
    back: 'Back',
    reference: 'Your reference is',
    lastReceived: 'What you see is the last that was heard.',
  },
  connection: {
    idle: 'Connecting',
    connecting: 'Connecting',
    live: 'Live',
    reconnecting: 'Reconnecting',
    polling: 'Live, slower',
    offline: 'Offline',
    auth_required: 'Sign in again',
    gave_up: 'Disconnected',
    closed: 'Disconnected',
  },
  custody: {
    title: 'Where your NFT is',
    notMinted: 'Not minted yet',
    safe: 'In your wallet',
    at_risk: 'Burn under way',
    burned_owed: 'Owed to you',
    delivered: 'Delivered',
  },
  recovery: {
    attempt: (attempt: number, of: number) => `Attempt ${attempt} of ${of} failed`,
    over: '.',
    nextIn: (seconds: number) =>
      seconds > 0 ? `; the next one is in ${seconds} s.` : '; the next one begins.',
  },
  signing: {
    title: 'What you sign',
    /** The sentence of the guard is English already. */
    sentence: ({ sentence }: { sentence: string; mint: string; fee: string }) => sentence,
    readHere:
      'Read from the transaction itself, on this device. ' +
      'Anything else would not be shown to your wallet.',
    refused: 'This transaction does more than burn your NFT, so it is not shown to your wallet:',
    again: 'Sign again',
  },
  receipt: {
    title: 'Receipt',
    newNft: 'New NFT',
    mint: 'Mint transaction',
    burned: 'Burned NFT',
    burn: 'Burn transaction',
    metadata: 'Metadata',
    receipt: 'Receipt',
    verified: 'Verified',
    checking: 'is checked …',
    unchecked: 'cannot be checked on this device',
    signedBy: 'signed by',
    chainAgrees: ', and the chain agrees',
    took: 'Took',
    done: 'Done',
  },
  links: {
    explorer: (what: string) => `${what} in the Solana explorer`,
    metadata: (what: string) => `${what}, the metadata`,
  },
};

export type Words = typeof english;
