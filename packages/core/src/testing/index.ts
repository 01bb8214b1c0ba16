export {
  createMockServer,
  type Fault,
  type FaultEffect,
  faults,
  type MockCommand,
  type MockOperation,
  type MockRequest,
  type MockRoute,
  type MockServer,
  type MockServerOptions,
  type MockSigning,
  mockSigning,
  recording,
  type Scenario,
  type ScenarioBuilder,
  type Step,
  type StepTiming,
  scenario,
  scenarios,
  type VirtualTime,
  virtualTime,
} from './mock/index.ts';
export { sampleEvent, sampleEvents, samplePayload, samplePayloads } from './samples.ts';
export { sampleWalk } from './walks.ts';
export { type KeypairWallet, type KeypairWalletOptions, keypairWallet } from './wallet.ts';
export type { WalletStep } from './wallet-steps.ts';
