export {
  type CrashEnvironment,
  type CrashOptions,
  type CrashReport,
  type CrashWorld,
  crashEverywhere,
} from './everywhere.ts';
export { type CrashPoint, createMortal, type Mortal } from './mortal.ts';
