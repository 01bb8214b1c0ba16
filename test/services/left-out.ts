import type { Reporter, TestModule } from 'vitest/node';
import { installCommand, needs, type Program, programs } from './programs.ts';

/**
 * Says at the end of a run which tests were left out because a program is not installed, and how to
 * install it.
 */
export class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<Program, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const program = (Object.keys(programs) as Program[]).find((name) =>
          test.fullName.includes(needs(name)),
        );
        if (program) counts.set(program, (counts.get(program) ?? 0) + 1);
      }
    }
    if (counts.size === 0) return;
    const list = [...counts].map(([program, count]) => `${count} that need ${program}`).join(', ');
    console.log(`\n Left out: ${list}. On Debian: ${installCommand([...counts.keys()])}\n`);
  }
}
