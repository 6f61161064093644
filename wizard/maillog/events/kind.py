"""What makes the classes of events, some hundred of them, of which a log has a few.

`dataclasses` would write the methods of each at import, which takes longer than many a search; here a class gets its
`__init__` with its first event. Type checkers see dataclasses, and that nothing changes an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda kind: kind


@dataclass_transform(frozen_default=True)
class Kind(type):
    """A class of plain values. Its annotations are its fields, kept in slots; `fields` has the inherited ones first.

    >>> class Seen(metaclass=Kind):
    ...     mid: int
    ...     text: str = ""
    >>> Seen.fields, Seen(7, text="x").text, Seen(7).text
    (('mid', 'text'), 'x', '')
    """

    fields: tuple[str, ...]
    defaults: dict[str, object]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Kind:
        own = tuple(namespace.get("__annotations__", ()))
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        kind = super().__new__(cls, name, bases, {"__init__": _first, **namespace, "__slots__": own})
        above = [base for base in bases if isinstance(base, Kind)]
        kind.fields = (*(field for base in above for field in base.fields), *own)
        kind.defaults = {field: value for base in above for field, value in base.defaults.items()} | defaults
        return kind


def _first(self: Any, *values: object, **named: object) -> None:
    """The `__init__` of a class of which there is no event yet: it writes the real one."""
    kind: Any = type(self)
    parameters = "".join(
        f", {field}=defaults[{field!r}]" if field in kind.defaults else f", {field}" for field in kind.fields
    )
    body = "; ".join(f"self.{field} = {field}" for field in kind.fields) or "pass"
    written: dict[str, Any] = {}
    exec(f"def __init__(self{parameters}): {body}", {"defaults": kind.defaults}, written)
    kind.__init__ = written["__init__"]
    kind.__init__(self, *values, **named)
