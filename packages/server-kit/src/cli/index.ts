export { type CliEnvironment, type CliSurroundings, run } from './run.ts';
