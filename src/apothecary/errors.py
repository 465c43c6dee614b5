"""The exception tree. What a user can mend is an `ApothecaryError`; everything else is a bug.

ApothecaryError            a message with what, where, expected and a hint; the CLI prints it without a traceback
├── RecipeError            the recipe, a --set or a command line value is wrong
├── PackError              a pack file is wrong (intent, template, wording, field)
├── SourceError            a knowledge source is missing, damaged or unreachable
├── CapacityError          more rows asked than the facts can honestly give
├── RunError               a run folder cannot be used as asked
│   ├── RunLockedError     another process owns the run
│   ├── RunChangedError    recipe, pack, knowledge or code differ from those the run was started with
│   └── RunDamagedError    a file does not match its manifest
├── StorageError           no disk space, no permission, an input/output error
└── VerdictError           the books of a room do not balance
"""

from __future__ import annotations


class ApothecaryError(Exception):
    """A failure the user can act on: what happened, where, what was expected, and the next command."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", expected: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.hint = hint
        super().__init__(self.render())

    def render(self) -> str:
        """The message as printed: one line a part, empty parts left out."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; keyword-only arguments need a rebuilder.
        return (_rebuild, (type(self), self.what, self.where, self.expected, self.hint))


def _rebuild(kind: type[ApothecaryError], what: str, where: str, expected: str, hint: str) -> ApothecaryError:
    return kind(what, where=where, expected=expected, hint=hint)


class RecipeError(ApothecaryError):
    """The recipe, a `--set` or a command line value is wrong."""


class PackError(ApothecaryError):
    """A pack file is wrong."""


class SourceError(ApothecaryError):
    """A knowledge source is missing, damaged or unreachable."""


class CapacityError(ApothecaryError):
    """More rows were asked than the facts can honestly give."""


class RunError(ApothecaryError):
    """A run folder cannot be used as asked."""


class RunLockedError(RunError):
    """Another process owns the run."""


class RunChangedError(RunError):
    """Recipe, pack, knowledge or code differ from those the run was started with."""


class RunDamagedError(RunError):
    """A file does not match its manifest."""


class StorageError(ApothecaryError):
    """No disk space, no permission, or an input/output error."""


class VerdictError(ApothecaryError):
    """The books of a room do not balance."""
