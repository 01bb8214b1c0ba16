/**
 * What the test wallet asks. One question at a time: the client never lets a second one through.
 */
export interface Prompt {
  readonly account: string;
}

interface Open extends Prompt {
  answer(approved: boolean): void;
}

let open: Open | null = null;
const listeners = new Set<() => void>();

const show = (next: Open | null) => {
  open = next;
  for (const listener of listeners) listener();
};

/** Resolves with whether the user approved. */
export function ask(prompt: Prompt): Promise<boolean> {
  open?.answer(false);
  return new Promise((resolve) => {
    show({
      ...prompt,
      answer(approved) {
        show(null);
        resolve(approved);
      },
    });
  });
}

export const prompts = {
  getSnapshot: (): Open | null => open,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};
