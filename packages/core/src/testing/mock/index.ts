export { type Fault, type FaultEffect, faults, type MockRoute } from './faults.ts';
export type { MockOperation } from './operation.ts';
export {
  type MockCommand,
  recording,
  type Scenario,
  type ScenarioBuilder,
  type ScenarioStep as Step,
  type StepTiming,
  scenario,
} from './scenario.ts';
export { scenarios } from './scenarios.ts';
export {
  createMockServer,
  type MockRequest,
  type MockServer,
  type MockServerOptions,
} from './server.ts';
export { type MockSigning, mockSigning } from './signing.ts';
export { type VirtualTime, virtualTime } from './virtual-time.ts';
