import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';

/** The same four steps as a workflow of DBOS Transact. */
export async function startDbos(url: string, poolSize: number) {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: poolSize,
    logLevel: 'error',
    runAdminServer: false,
  });
  const workflow = DBOS.registerWorkflow(
    async (operationId: string) => {
      for (const name of [
        'initializing',
        'qualification_verified',
        'updating_records',
        'completed',
      ])
        await DBOS.runStep(async () => ({ operationId, status: name }), { name });
    },
    { name: 'activate' },
  );
  await DBOS.launch();
  return {
    async run(): Promise<void> {
      const id = randomUUID();
      const handle = await DBOS.startWorkflow(workflow, { workflowID: id })(id);
      await handle.getResult();
    },
    stop: () => DBOS.shutdown(),
  };
}
