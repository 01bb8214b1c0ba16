export interface UpgradeEvent {
  seq: number;
  status: string;
  asset: string;
  [field: string]: unknown;
}

/** Reads the events of a stream, calling back for each. Resolves at the end, with all of them. */
export async function readEvents(
  response: Response,
  onEvent: (event: UpgradeEvent) => void | Promise<void> = () => {},
): Promise<UpgradeEvent[]> {
  const events: UpgradeEvent[] = [];
  if (!response.body) return events;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data === undefined) continue;
      const event = JSON.parse(data) as UpgradeEvent;
      events.push(event);
      await onEvent(event);
    }
  }
  return events;
}
