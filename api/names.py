"""Names of models in the description of the interface."""

from docgen.forms.catalogue import MODULE_PREFIX


def camel_case(code: str) -> str:
    """`acceptance_act` as `AcceptanceAct`."""
    return "".join(part.capitalize() for part in code.split("_"))


def short(name: str) -> str:
    """Pydantic names models that share a name by their modules; a form's are called after it."""
    module, _, model = name.rpartition("__")
    form = module.removeprefix(MODULE_PREFIX)
    return model if form == module else f"{camel_case(form)}{model}"
