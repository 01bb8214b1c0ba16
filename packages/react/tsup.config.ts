import { defineConfig } from 'tsup';
import { buildOf } from '../../scripts/tsup.ts';

export default defineConfig(buildOf(import.meta.dirname));
