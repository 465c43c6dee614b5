"""The verbs of gather as a user meets them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calls import assert_refused, call


def test_a_table_of_ones_own_becomes_a_pack_that_runs_without_a_network(tmp_path: Path) -> None:
    cache = {"APOTHECARY_CACHE": str(tmp_path / "cache")}
    lines = [f"CPD-{n},{'C' * (n + 2)}c1ccc(O)cc1,{3 * 1.6**n:.3g}" for n in range(20)]
    (tmp_path / "assay.csv").write_text("\n".join(["ID,SMILES,IC50 (nM)", *lines, "CPD-20,c1ccc,5"]) + "\n")
    options = ["--smiles", "SMILES", "--name", "ID", "--fact", "ic50[nM]=IC50 (nM)", "--quiet"]
    done = call("gather", "table", "assay.csv", *options, cwd=tmp_path, **cache)
    assert done.returncode == 0, done.stderr
    assert "21 rows of assay.csv read: 20 kept, 1 dropped" in done.stdout
    assert "line 22: structure does not parse" in done.stdout
    commands = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("  apothecary ")]
    assert [command[0] for command in commands] == ["packs", "preview", "run"]
    for command in commands:
        done = call(*command, cwd=tmp_path, **cache)
        assert done.returncode == 0, done.stderr + done.stdout
    assert_refused(call("gather", "table", "assay.csv", *options, cwd=tmp_path, **cache), "the folder is there already")


def test_no_network_at_gather_is_explained(tmp_path: Path, recipe: Path) -> None:
    cache = tmp_path / "cache"
    done = call("run", recipe, "--out", tmp_path / "run", "--quiet", APOTHECARY_CACHE=str(cache), PIP_NO_INDEX="1")
    assert_refused(done, "no knowledge source could be fetched", "network")
