"""Cut the knowledge that the golden renders rest on out of a permissive knowledge folder, and render them.

python -m tests.golden.make VIEWS         new knowledge and renders (read them before you commit them)
python -m tests.golden.make               renders over the knowledge that is here
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import polars as pl

from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.load import load_pack
from apothecary.recipe import Recipe

HERE = Path(__file__).parent
KNOWLEDGE = HERE / "knowledge"
RENDERS = HERE / "pharma.txt"
ROWS = 5  # of each template
CLASS_MATES = 6  # drugs of each of the largest classes
CLASSES = 24
OWN_ROWS = 80  # of each type of entity that the pack brings along
DRUGS = [
    *("acetazolamide", "acyclovir", "allopurinol", "amlodipine", "aspirin", "atenolol", "atorvastatin", "caffeine"),
    *("captopril", "carbamazepine", "chlorpromazine", "cimetidine", "codeine", "dapsone", "diazepam", "diclofenac"),
    *("fluconazole", "fluoxetine", "furosemide", "haloperidol", "hydrochlorothiazide", "ibuprofen", "imatinib"),
    *("indometacin", "isoniazid", "ketoprofen", "lidocaine", "losartan", "metformin", "metoprolol", "metronidazole"),
    *("naproxen", "nifedipine", "omeprazole", "paracetamol", "phenytoin", "prednisolone", "procaine", "propranolol"),
    *("pyrazinamide", "ranitidine", "salbutamol", "sertraline", "sulfamethoxazole", "theophylline", "trimethoprim"),
    *("valproic acid", "verapamil", "warfarin", "zidovudine"),
]
OTHERS = [
    *("acetophenone", "aniline", "benzyl acetate", "benzaldehyde", "benzophenone", "biphenyl", "cyclohexanol"),
    *("ethylbenzene", "hexachlorobenzene", "naphthalene", "nitrobenzene", "o-xylene", "phenol", "pyridine", "styrene"),
    *("toluene", "vanillin", "urethane", "safrole", "1-naphthol", "2-naphthol", "hydroquinone", "catechol"),
]


def cut_knowledge(source: Path) -> None:
    """The views of `source` with the entities named above and their facts, into this folder."""
    KNOWLEDGE.mkdir(exist_ok=True)
    compounds = pl.read_parquet(source / "compounds.parquet")
    tables = {"compounds": compounds.filter(pl.col("name").is_in([*DRUGS, *OTHERS, *choose_class_mates(compounds)]))}
    for table in load_pack("pharma").tables.values():
        if table.entity:
            tables[table.entity] = pl.read_parquet(source / f"{table.entity}.parquet").head(OWN_ROWS)
    ids = pl.concat([frame["entity_id"] for frame in tables.values()])
    facts = pl.scan_parquet(source / "facts.parquet").filter(pl.col("entity_id").is_in(ids.implode())).collect()
    for name, frame in {**tables, "facts": facts}.items():
        frame.write_parquet(KNOWLEDGE / f"{name}.parquet", compression_level=19)
    shutil.copy(source / "sources.json", KNOWLEDGE / "sources.json")


def choose_class_mates(compounds: pl.DataFrame) -> list[str]:
    """A few drugs of each of the largest classes, so that questions on classes have others to choose from."""
    known = compounds.filter(pl.col("named") & pl.col("drug_class").is_not_null()).sort("name")
    sizes = known.group_by("drug_class").len().sort(["len", "drug_class"], descending=[True, False]).head(CLASSES)
    largest = known.filter(pl.col("drug_class").is_in(sizes["drug_class"].implode()))
    return largest.group_by("drug_class", maintain_order=True).head(CLASS_MATES)["name"].to_list()


def render() -> str:
    """The first training rows of every template over the knowledge here, as one reads them."""
    recipe = Recipe(name="golden", pack="pharma", rows=1000, seed=1, splits={"validation": 0.0, "test": 0.0})
    bench = Workbench(recipe, load_pack("pharma"), KNOWLEDGE)
    blocks = []
    seen: dict[str, int] = {}
    for stratum in bench.strata.values():
        template = f"{stratum.intent}/{stratum.template}"
        rows = min(stratum.capacity, ROWS - seen.get(template, 0))
        seen[template] = seen.get(template, 0) + rows
        for row in bench.render_spans([Span(stratum, 0, rows)]).iter_rows(named=True) if rows else ():
            turns = [*(row["history"] or []), {"role": "user", "content": row["prompt"]}]
            said = [("Q: " if turn["role"] == "user" else "A: ") + turn["content"] for turn in turns]
            tolerance = "" if row["tolerance"] is None else f" ± {row['tolerance']:g}"
            lines = [f"[{row['id']}]", *said, "A: " + row["response"], f"= {row['answer']}{tolerance}"]
            blocks.append("\n".join([*lines, *(f"- {step}" for step in row["reasoning"] or [])]))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        cut_knowledge(Path(sys.argv[1]))
    RENDERS.write_text(render(), encoding="utf-8")
