/** A config script as a tree: what it exports, and what its names stand for. */
import type { Expression, Function as FunctionNode, Node, Program } from "oxc-parser";

export interface Script {
  /** What `export default` (or `module.exports =`) gives. */
  readonly root: Expression | FunctionNode | undefined;
  /** What a name of this file stands for; undefined for one that is imported. */
  lookUp(name: string): Expression | FunctionNode | undefined;
}

export function readScript(program: Program): Script {
  const names = new Map<string, Expression | FunctionNode>();
  visit(program, (node) => {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      names.set(node.id.name, node.init);
    }
    if (node.type === "FunctionDeclaration" && node.id !== null) names.set(node.id.name, node);
    return true;
  });
  const lookUp = (name: string): Expression | FunctionNode | undefined => names.get(name);
  return { root: rootOf(program, lookUp), lookUp };
}

/** What a function may return. */
export function returnsOf(body: Node): readonly Expression[] {
  const returned: Expression[] = [];
  visit(body, (node) => {
    if (node.type === "ReturnStatement" && node.argument !== null) returned.push(node.argument);
    return !FUNCTIONS.has(node.type);
  });
  return returned;
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "ArrowFunctionExpression",
  "FunctionExpression",
  "FunctionDeclaration",
]);

function rootOf(program: Program, lookUp: Script["lookUp"]): Script["root"] {
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") return statement.declaration as Expression | FunctionNode;
    if (statement.type === "ExportNamedDeclaration") {
      const name = statement.specifiers.find(({ exported }) => nameOf(exported) === "default")?.local;
      if (name !== undefined) return lookUp(nameOf(name) ?? "");
    }
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression") continue;
    const { left, right } = statement.expression;
    if (left.type === "MemberExpression" && nameOf(left.property) === "exports") return right;
  }
  return undefined;
}

/** The name that an identifier or a literal key has. */
export function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" ? String(node.value) : undefined;
}

/** Call `enter` for a node and everything below it; its answer says whether to go below. */
function visit(node: Node, enter: (node: Node) => boolean): void {
  if (!enter(node)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, enter);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
