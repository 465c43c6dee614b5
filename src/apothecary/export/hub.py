"""An export folder to a dataset repository of the Hub: `apothecary export ... --push-to-hub NAME`, extra `hub`.

The token is read by huggingface_hub itself, from `HF_TOKEN` or its login; it is never read, kept or printed here.
`HF_ENDPOINT` names another server. What is pushed is what `checksums.sha256` names, with it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from apothecary.errors import RecipeError, StorageError
from apothecary.export.card import list_published

NAME = re.compile(r"(?:[\w.-]{1,96}/)?[\w.-]{1,96}")


def push_folder(out: Path, name: str, *, is_private: bool = True) -> str:
    """A finished export folder and the name of a repository to the address of what was pushed.

    Raises RecipeError for a name or an installation that is wrong, StorageError when the server refuses.
    """
    check_name(name)
    hub = load_hub()
    # Asked when it is used: huggingface_hub reads the variable when it is imported.
    api = hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    files = [path.relative_to(out).as_posix() for path in list_published(out)] + ["checksums.sha256"]
    try:
        repository = api.create_repo(name, repo_type="dataset", private=is_private, exist_ok=True).repo_id
        operations = [hub.CommitOperationAdd(path_in_repo=file, path_or_fileobj=out / file) for file in files]
        message = "Add the dataset, with its card and checksums"
        commit = api.create_commit(repository, operations, commit_message=message, repo_type="dataset")
    except (hub.errors.HfHubHTTPError, hub.errors.LocalTokenNotFoundError, OSError) as error:
        first = str(error).strip().partition("\n")[0]
        hint = "set HF_TOKEN to a token that may write there, or `hf auth login`; the folder is whole, push it again"
        raise StorageError(f"the Hub refused: {first}", where=name, hint=hint) from None
    return str(commit.commit_url)


def check_name(name: str) -> None:
    """Raise RecipeError for what is no name of a repository."""
    if not NAME.fullmatch(name) or ".." in name or "--" in name:
        expected = "NAME or OWNER/NAME of letters, digits, `-`, `_` and `.`"
        raise RecipeError(
            f"{name!r} is no name of a repository", where="--push-to-hub", expected=expected, hint="me/tier1"
        )


def load_hub() -> Any:
    """The package that speaks to the Hub; RecipeError with the line that installs it."""
    try:
        import huggingface_hub
    except ImportError:
        hint = "pip install 'apothecary[hub]'"
        raise RecipeError("pushing needs huggingface_hub", where="--push-to-hub", hint=hint) from None
    return huggingface_hub
