/**
 * Whom something was delivered to, as SQL over columns or parameters: a name that says nothing, for
 * what stays of operations that were deleted.
 */
export const anonymous = (principal: string, process: string, subject: string): string =>
  `encode(sha256(convert_to(jsonb_build_array(${principal}::text, ${process}::text,
    ${subject}::text)::text, 'UTF8')), 'hex')`;
