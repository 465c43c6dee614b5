"""Trainers to the files that hand a dataset over to them: their own configs, to be run in the export folder.

trl            trl.yaml
axolotl        axolotl.yaml
llamafactory   llamafactory.yaml and dataset_info.json
unsloth        unsloth_train.py

All of them read the folder `chat` with `load_dataset`, which takes the splits from the names of the files.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from apothecary.engine.commit import write_bytes

FILES = {
    "trl": {"trl.yaml": "trl.yaml"},
    "axolotl": {"axolotl.yaml": "axolotl.yaml"},
    "llamafactory": {"llamafactory.yaml": "llamafactory.yaml"},
    "unsloth": {"unsloth_train.py": "unsloth.py.txt"},
}
VALIDATION = {  # lines that ask for rows that an export without validation rows does not have
    "trl": ("dataset_test_split:", "eval_strategy:", "eval_steps:"),
    "llamafactory": ("eval_dataset:",),
}
TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}


def write_trainers(out: Path, trainers: tuple[str, ...], books: dict[str, Any]) -> None:
    """An export folder with `chat`, the trainers asked for and the books to their configs in it."""
    has_validation = bool(books["splits"].get("validation"))
    for trainer in trainers:
        for name, source in FILES[trainer].items():
            write_bytes(out / name, read_config(trainer, source, has_validation).encode())
    if "llamafactory" in trainers:
        write_bytes(out / "dataset_info.json", (json.dumps(build_dataset_info(), indent=2) + "\n").encode())


def read_config(trainer: str, source: str, has_validation: bool) -> str:
    """A trainer's config as it is kept here, without what validation rows are needed for where there are none."""
    text = resources.files("apothecary.export").joinpath(f"data/{source}").read_text("utf-8")
    if has_validation:
        return text
    if trainer == "axolotl":
        first, rest = text.split("test_datasets:\n")
        text = first + rest[rest.index("train_on_inputs:") :].replace("eval_sample_packing: false\n", "")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(VALIDATION.get(trainer, ("\0",)))]
    return "".join(lines)


def build_dataset_info() -> dict[str, Any]:
    """What LLaMA-Factory wants to know about the lines of `chat`."""
    told = {"hf_hub_url": "chat", "formatting": "sharegpt", "columns": {"messages": "messages"}}
    return {
        "apothecary": {**told, "split": "train", "tags": TAGS},
        "apothecary_validation": {**told, "split": "validation", "tags": TAGS},
    }
