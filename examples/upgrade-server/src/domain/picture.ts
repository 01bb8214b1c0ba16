import type { Tier } from './tiers.ts';

/** The picture of a tier: as many rings as its level. Text in, the same bytes out, so that its CID never changes. */
export function picture({ level, name, colours: [light, dark] }: Tier): Uint8Array {
  const rings = Array.from(
    { length: level },
    (_, ring) =>
      `<circle cx="200" cy="180" r="${48 + ring * 22}" fill="none" stroke="#fff" stroke-opacity="${0.9 - ring * 0.14}" stroke-width="6"/>`,
  );
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" aria-label="${name}, level ${level}">`,
    `<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="${light}"/><stop offset="1" stop-color="${dark}"/></linearGradient></defs>`,
    `<rect width="400" height="400" rx="36" fill="url(#g)"/>${rings.join('')}`,
    `<text x="200" y="196" font-family="system-ui,sans-serif" font-size="56" font-weight="700" fill="#fff" text-anchor="middle">${level}</text>`,
    `<text x="200" y="364" font-family="system-ui,sans-serif" font-size="30" font-weight="600" fill="#fff" text-anchor="middle">${name}</text></svg>`,
  ];
  return new TextEncoder().encode(svg.join(''));
}
