import ts from 'typescript';

export interface DeclaredName {
  readonly kind: 'type' | 'value';
  readonly line: number;
  readonly name: string;
}

export function parse(file: string, text: string): ts.SourceFile {
  const kind = /\.[cm]?js$/.test(file)
    ? ts.ScriptKind.JS
    : file.endsWith('x')
      ? ts.ScriptKind.TSX
      : ts.ScriptKind.TS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
}

const lineAt = (source: ts.SourceFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line + 1;

/** Every name that the file itself gives: to types, variables, functions, parameters, members. */
export function declaredNames(source: ts.SourceFile): DeclaredName[] {
  const names: DeclaredName[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.getNameOfDeclaration(node as ts.Declaration);
    if (name && ts.isIdentifier(name) && isOwn(node) && !isDeprecated(node))
      names.push({
        kind: isType(node) || ts.isTypeParameterDeclaration(node) ? 'type' : 'value',
        line: lineAt(source, name.getStart(source)),
        name: name.text,
      });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

const isType = (node: ts.Node): boolean =>
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isEnumDeclaration(node);

const isOwn = (node: ts.Node): boolean =>
  isType(node) ||
  ts.isTypeParameterDeclaration(node) ||
  ts.isVariableDeclaration(node) ||
  ts.isBindingElement(node) ||
  ts.isParameter(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isTypeElement(node) ||
  ts.isClassElement(node) ||
  ts.isEnumMember(node) ||
  ts.isPropertyAssignment(node) ||
  (ts.isImportSpecifier(node) && node.propertyName !== undefined);

/** A name that is kept for its present users is no word of ours any more. */
const isDeprecated = (node: ts.Node): boolean =>
  ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'deprecated');

/** `type A = module.A` is no second type: it passes one on under its name. */
const isSameName = (node: ts.Node): boolean =>
  ts.isTypeAliasDeclaration(node) &&
  ts.isTypeReferenceNode(node.type) &&
  ts.isQualifiedName(node.type.typeName) &&
  node.type.typeName.right.text === node.name.text;

/** Types of the file. What it adds to a module of others, or to the globals, has their name. */
export function declaredTypes(source: ts.SourceFile): DeclaredName[] {
  const types: DeclaredName[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isModuleDeclaration(node)) return;
    const name = ts.getNameOfDeclaration(node as ts.Declaration);
    if (isType(node) && name && ts.isIdentifier(name) && !isSameName(node))
      types.push({ kind: 'type', line: lineAt(source, name.getStart(source)), name: name.text });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return types;
}

/** Words, numbers, signs and texts of the program, without what stands between them. */
function tokens(node: ts.Node): ts.Node[] {
  if (ts.isJSDoc(node)) return [];
  const children = node.getChildren();
  return children.length === 0 ? [node] : children.flatMap(tokens);
}

/** The text with everything but its comments blanked out; its lines stay where they are. */
export function commentsOf(source: ts.SourceFile): string {
  const between = tokens(source).map((token) =>
    [token.getFullStart(), token.getStart(source)].map((at) => Math.max(at, 0)),
  );
  let text = '';
  for (const [from = 0, to = 0] of between)
    text += blank(source.text.slice(text.length, from)) + source.text.slice(from, to);
  return text;
}

const blank = (text: string): string => text.replaceAll(/[^\n]/g, '\0');

/** How many lines hold more than comments and blanks. */
export function countSourceLines(source: ts.SourceFile): number {
  const lines = new Set<number>();
  for (const token of tokens(source)) {
    const [start, end] = [token.getStart(source), token.getEnd()];
    if (start === end) continue;
    for (let line = lineAt(source, start); line <= lineAt(source, end); line++) lines.add(line);
  }
  return lines.size;
}
