import type { Operation, OperationEvent } from '@aiw3/nft-upgrade';
import { useEffect, useState } from 'react';

/** Every event of an operation so far, from the first on. */
export function useEvents(operation: Operation | null): readonly OperationEvent[] {
  const [events, setEvents] = useState<readonly OperationEvent[]>([]);
  useEffect(() => {
    let wanted = true;
    setEvents([]);
    if (!operation) return;
    void (async () => {
      for await (const event of operation) {
        if (!wanted) return;
        setEvents((before) => [...before, event]);
      }
    })().catch(() => {});
    return () => {
      wanted = false;
    };
  }, [operation]);
  return events;
}
