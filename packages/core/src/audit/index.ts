export { auditServer } from './audit.ts';
export type { AuditFetch } from './exchange.ts';
export type { AuditOptions } from './options.ts';
export {
  type AuditReport,
  type Finding,
  formatReport,
  type ReportFormat,
  type Verdict,
} from './report.ts';
export { type ProtocolRule, protocolRules, type Section } from './rules/index.ts';
