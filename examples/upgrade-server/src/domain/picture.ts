import type { Tier } from './tiers.ts';

const CENTRE = 200;
const round = (value: number) => Math.round(value * 10) / 10;

/** One orbit, and a body on it. */
function orbit(ring: number, level: number): string {
  const radius =
    62 + ring * (100 / Math.max(level - 1, 1)) * (level > 1 ? 1 : 0) + (level === 1 ? 40 : 0);
  const angle = ((ring * 137.5 - 60) * Math.PI) / 180;
  const [x, y] = [
    round(CENTRE + radius * Math.cos(angle)),
    round(CENTRE + radius * Math.sin(angle)),
  ];
  return [
    `<circle cx="200" cy="200" r="${round(radius)}" fill="none" `,
    'stroke="#fff" stroke-opacity=".42" stroke-width="5"/>',
    `<circle cx="${x}" cy="${y}" r="17" fill="#fff"/>`,
  ].join('');
}

/**
 * The picture of a tier: as many orbits as its level. The same tier gives the same bytes, so that
 * its CID never changes.
 */
export function picture({ level, name, colours: [light, dark] }: Tier): Uint8Array {
  const svg = [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" ',
    `role="img" aria-label="${name}, level ${level}">`,
    '<defs><radialGradient id="g" cx=".28" cy=".2" r="1.05">',
    `<stop stop-color="${light}"/><stop offset="1" stop-color="${dark}"/></radialGradient></defs>`,
    `<rect width="400" height="400" fill="url(#g)"/>`,
    ...Array.from({ length: level }, (_, ring) => orbit(ring, level)),
    `<circle cx="200" cy="200" r="32" fill="#fff"/></svg>`,
  ];
  return new TextEncoder().encode(svg.join(''));
}
