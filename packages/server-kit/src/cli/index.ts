export { type CliSurroundings, run } from './run.ts';
