"""Other tools at their defaults over one corpus; runs in the environment of the tool, so it imports nothing of ours.

    VENV/bin/python benchmarks/dedup_rivals.py datatrove|text-dedup|semhash ROWS.parquet WORK OUT.json

OUT.json gets the ids of the kept rows, and the CPU seconds of the work without imports, children included.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def read_cpu() -> float:
    """CPU seconds of this process and of its finished children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def read_rows(rows: Path) -> list[dict[str, str]]:
    """The corpus as `id, text` records: the text is what a training row holds, prompt and response."""
    import pyarrow.parquet as pq

    table = pq.read_table(rows, columns=["id", "prompt", "response"]).to_pylist()
    return [{"id": row["id"], "text": f"{row['prompt']}\n{row['response']}".strip()} for row in table]


def run_datatrove(rows: Path, work: Path) -> tuple[list[str], float]:
    """FineWeb's four steps at their defaults, in one process."""
    from datatrove.executor.local import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    source = work / "in"
    source.mkdir(parents=True)
    with (source / "rows.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in read_rows(rows))
    config = MinhashConfig()
    steps = [
        (1, [JsonlReader(str(source)), MinhashDedupSignature(str(work / "signatures"), config=config)]),
        (config.num_buckets, [MinhashDedupBuckets(str(work / "signatures"), str(work / "buckets"), config=config)]),
        (1, [MinhashDedupCluster(str(work / "buckets"), str(work / "remove"), config=config)]),
        (
            1,
            [
                JsonlReader(str(source)),
                MinhashDedupFilter(str(work / "remove")),
                JsonlWriter(str(work / "kept"), compression=None),
            ],
        ),
    ]
    start = read_cpu()
    for number, (tasks, pipeline) in enumerate(steps):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(work / f"log-{number}")).run()
    spent = read_cpu() - start
    kept = [line for path in (work / "kept").glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["id"] for line in kept], spent


def run_text_dedup(rows: Path, work: Path) -> tuple[list[str], float]:
    """MinHash with its verification, as the project's own example sets it: 240 permutations, 5-grams, 0.7."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import load_from_disk
    from text_dedup.config.base import load_config_from_toml
    from text_dedup.minhash import main

    (work / "in").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(read_rows(rows)), work / "in" / "rows.parquet")
    settings = f"""
[input]
input_type = "local_files"
file_type = "parquet"
[input.read_arguments]
path = "{work / "in"}"
split = "train"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = 240
threshold = 0.7
ngram_size = 5
check_false_positive = true
num_proc = 1
[output]
output_dir = "{work / "out"}"
[debug]
enable_profiling = false
"""
    (work / "config.toml").write_text(settings)
    start = read_cpu()
    main(load_config_from_toml(work / "config.toml"))
    return list(load_from_disk(str(work / "out"))["id"]), read_cpu() - start


def run_semhash(rows: Path, work: Path) -> tuple[list[str], float]:
    """Embeddings of the default model, cosine 0.9."""
    from semhash import SemHash

    records = read_rows(rows)
    SemHash.from_records(records=records[:2], columns=["text"])  # loads the model
    start = read_cpu()
    index = SemHash.from_records(records=records, columns=["text"])
    return [record["id"] for record in index.self_deduplicate().selected], read_cpu() - start


def main_rival() -> None:
    """Run the named tool and write what it kept."""
    tool, rows, work, out = sys.argv[1], *map(Path, sys.argv[2:5])
    runs = {"datatrove": run_datatrove, "text-dedup": run_text_dedup, "semhash": run_semhash}
    kept, spent = runs[tool](rows, work)
    out.write_text(json.dumps({"kept": kept, "cpu_s": spent}))


if __name__ == "__main__":
    main_rival()
