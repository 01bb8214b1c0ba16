import type { Reporter, TestModule } from 'vitest/node';
import {
  installCommand,
  needs,
  onPostgres,
  type Program,
  programs,
  WITHOUT_POSTGRES,
} from './programs.ts';

/**
 * Says at the end of a run which tests were left out because a program is not installed, and how to
 * install it.
 */
export class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<Program, number>();
    let withoutPostgres = 0;
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const program = (Object.keys(programs) as Program[]).find((name) =>
          test.fullName.includes(needs(name)),
        );
        if (program) counts.set(program, (counts.get(program) ?? 0) + 1);
        else if (process.env[WITHOUT_POSTGRES] && onPostgres.test(test.fullName))
          withoutPostgres += 1;
      }
    }
    if (withoutPostgres > 0)
      console.log(`\n Left out: ${withoutPostgres} that need Postgres, for the reason at the top.`);
    if (counts.size === 0) return;
    const list = [...counts].map(([program, count]) => `${count} that need ${program}`).join(', ');
    console.log(`\n Left out: ${list}. On Debian: ${installCommand([...counts.keys()])}\n`);
  }
}
