"""Names in tags, in full: inside `for work in works` the name `work.total` is `works[].total`."""

from collections.abc import Iterator

from jinja2 import nodes

from docgen.domain.shape import ROW

Scope = dict[str, str]
"""Loop variables, and the rows they stand for."""
LOOP = "loop"
"""Jinja's own name inside a loop, which is no value of ours."""


def path(node: nodes.Node, scope: Scope) -> str:
    """The full name, or nothing where the expression is more than a name."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        owner = path(node.node, scope)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def names(node: nodes.Node, scope: Scope) -> Iterator[str]:
    """Every value that an expression uses."""
    name = path(node, scope)
    if name:
        if not (scope and name.split(".")[0] == LOOP):
            yield name
        return
    for child in node.iter_child_nodes():
        yield from names(child, scope)


def rows(loop: nodes.For, scope: Scope) -> Scope:
    """The scope inside the loop."""
    source = path(loop.iter, scope)
    inner = {n.name: source + ROW for n in loop.target.find_all(nodes.Name)}
    if isinstance(loop.target, nodes.Name):
        inner[loop.target.name] = source + ROW
    return scope | inner


def said(node: nodes.Node, scope: Scope) -> str:
    """The expression in one spelling, so that two languages can be compared."""
    name = path(node, scope)
    if name:
        return name
    if isinstance(node, nodes.Const):
        return repr(node.value)
    if isinstance(node, nodes.Not):
        return f"not {said(node.node, scope)}"
    if isinstance(node, nodes.BinExpr):
        return f"({said(node.left, scope)} {node.operator} {said(node.right, scope)})"
    if isinstance(node, nodes.Compare):
        rest = " ".join(f"{each.op} {said(each.expr, scope)}" for each in node.ops)
        return f"{said(node.expr, scope)} {rest}"
    return " ".join(said(child, scope) for child in node.iter_child_nodes())
