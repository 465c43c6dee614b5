"""Configs for trainers. Each framework's own parser is asked where it is installed (extra `train`)."""

import ast
import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from apothecary.export.trainers import build_dataset_info, write_trainers

WITH, WITHOUT = {"splits": {"train": 10, "validation": 2}}, {"splits": {"train": 10}}
ALL = ("trl", "axolotl", "llamafactory", "unsloth")
TURNS = [{"role": "system", "content": "Be exact."}, {"role": "user", "content": "How heavy is ethanol?"}]
SAID = "46.07 g/mol"


def make_folder(out: Path, books: dict[str, Any]) -> Path:
    """An export folder with a few lines of chat and all configs."""
    (out / "chat").mkdir()
    for split, rows in books["splits"].items():
        lines = [
            json.dumps({"messages": [*TURNS, {"role": "assistant", "content": f"{SAID} ({n})"}]}) for n in range(rows)
        ]
        (out / "chat" / f"{split}-00000.jsonl").write_text("\n".join(lines) + "\n")
    write_trainers(out, ALL, books)
    return out


@pytest.mark.parametrize("name", ["trl.yaml", "axolotl.yaml", "llamafactory.yaml"])
def test_configs_pack_and_learn_the_assistant_alone(tmp_path: Path, name: str) -> None:
    told = yaml.safe_load((make_folder(tmp_path, WITH) / name).read_text())
    assert told.get("packing") or told.get("sample_packing")
    assert (
        told.get("assistant_only_loss") or told.get("train_on_inputs") is False or told.get("train_on_prompt") is False
    )


def test_no_rows_are_asked_for_that_are_not_there(tmp_path: Path) -> None:
    make_folder(tmp_path, WITHOUT)
    for name in ("trl.yaml", "axolotl.yaml", "llamafactory.yaml"):
        text = (tmp_path / name).read_text()
        assert yaml.safe_load(text)
        assert "validation" not in text
        assert "eval" not in text


def test_the_script_is_python(tmp_path: Path) -> None:
    ast.parse((make_folder(tmp_path, WITH) / "unsloth_train.py").read_text())


def test_dataset_info_names_turns_and_splits(tmp_path: Path) -> None:
    told = json.loads((make_folder(tmp_path, WITH) / "dataset_info.json").read_text())
    assert told == build_dataset_info()
    assert {entry["split"] for entry in told.values()} == {"train", "validation"}


def test_load_dataset_takes_the_splits(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="needs the extra `hub`")
    folder = make_folder(tmp_path, WITH)
    loaded = datasets.load_dataset(str(folder / "chat"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == WITH["splits"]
    streamed = datasets.load_dataset(str(folder / "chat"), streaming=True, cache_dir=str(tmp_path / "cache"))
    for split, rows in loaded.items():
        assert list(streamed[split]) == list(rows)


@pytest.mark.filterwarnings("ignore")  # those of the framework
def test_trl_parses_its_config(tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="needs the extra `train`")
    folder = make_folder(tmp_path, WITH)
    parser = trl.TrlParser((trl.ScriptArguments, trl.SFTConfig, trl.ModelConfig))
    known = {
        field.name
        for kind in (trl.ScriptArguments, trl.SFTConfig, trl.ModelConfig)
        for field in dataclasses.fields(kind)
    }
    told = yaml.safe_load((folder / "trl.yaml").read_text())
    assert set(told) <= known
    arguments = ["--config", str(folder / "trl.yaml"), "--bf16", "false", "--use_cpu", "true"]
    script, settings, _ = parser.parse_args_and_config(args=arguments, fail_with_unknown_args=True)
    assert settings.packing
    assert settings.packing_strategy == "bfd"
    assert settings.assistant_only_loss
    assert script.dataset_name == "chat"


@pytest.mark.filterwarnings("ignore")
def test_trl_takes_real_training_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trl = pytest.importorskip("trl", reason="needs the extra `train`")
    from datasets import load_dataset

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    folder = make_folder(tmp_path, {"splits": {"train": 64, "validation": 4}})
    tokenizer, model = make_tiny_model()
    told = yaml.safe_load((folder / "trl.yaml").read_text())
    asked = {field.name for field in dataclasses.fields(trl.SFTConfig)}
    small = {"bf16": False, "use_cpu": True, "max_length": 512, "per_device_train_batch_size": 4, "warmup_steps": 0}
    small |= {
        "max_steps": 6,
        "learning_rate": 5e-3,
        "eval_steps": 3,
        "logging_steps": 1,
        "gradient_checkpointing": False,
    }
    small |= {"gradient_accumulation_steps": 1, "output_dir": str(tmp_path / "trained"), "save_strategy": "no"}
    settings = trl.SFTConfig(**{key: value for key, value in told.items() if key in asked} | small)
    rows = load_dataset(str(folder / told["dataset_name"]), cache_dir=str(tmp_path / "cache"))
    trainer = trl.SFTTrainer(
        model=model,
        processing_class=tokenizer,
        args=settings,
        train_dataset=rows["train"],
        eval_dataset=rows["validation"],
    )
    packed = trainer.train_dataset
    assert len(packed) < 64  # several conversations in one sequence
    batch = trainer.data_collator([packed[0]])
    learned = tokenizer.decode([token for token in batch["labels"][0].tolist() if token != -100])
    assert SAID in learned
    assert "How heavy" not in learned
    assert "Be exact" not in learned
    assert (batch["position_ids"][0] == 0).sum() > 1  # each conversation starts anew: no attention across
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 6
    assert losses[-1] < losses[0]


def make_tiny_model() -> tuple[Any, Any]:
    """A random Qwen3 of two layers and a byte-level tokenizer with its chat template; nothing is downloaded."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    inner = Tokenizer(models.BPE({token: n for n, token in enumerate([*alphabet])}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token="<|im_end|>", pad_token="<|endoftext|>", additional_special_tokens=special
    )
    tokenizer.chat_template = (
        "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' }}"
        "{%- if m.role == 'assistant' %}{% generation %}{{- m.content + '<|im_end|>' }}{% endgeneration %}"
        "{%- else %}{{- m.content + '<|im_end|>' }}{%- endif %}{{- '\\n' }}{%- endfor %}"
    )
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Qwen3Config(vocab_size=len(tokenizer), num_key_value_heads=2, head_dim=16, **size)
    return tokenizer, Qwen3ForCausalLM(config)


@pytest.mark.filterwarnings("ignore")
def test_axolotl_parses_its_config(tmp_path: Path) -> None:
    schemas = pytest.importorskip("axolotl.utils.schemas.config", reason="needs axolotl")
    told = yaml.safe_load((make_folder(tmp_path, WITH) / "axolotl.yaml").read_text())
    parsed = schemas.AxolotlInputConfig(**told)
    assert parsed.sample_packing
    assert parsed.datasets[0].path == "chat"


@pytest.mark.filterwarnings("ignore")
def test_llamafactory_parses_its_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    args = pytest.importorskip("llamafactory.hparams", reason="needs llamafactory")
    from transformers import HfArgumentParser

    folder = make_folder(tmp_path, WITH)
    told = yaml.safe_load((folder / "llamafactory.yaml").read_text()) | {"bf16": False}
    kinds = (args.ModelArguments, args.DataArguments, args.FinetuningArguments, args.TrainingArguments)
    _, data, tuning, _ = HfArgumentParser(kinds).parse_dict(told)
    assert data.packing
    assert data.neat_packing
    assert tuning.stage == "sft"
    monkeypatch.chdir(folder)
    parser = pytest.importorskip("llamafactory.data.parser")
    (found,) = parser.get_dataset_list(["apothecary"], ".")
    assert (found.dataset_name, found.split, found.assistant_tag) == ("chat", "train", "assistant")
