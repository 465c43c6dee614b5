r"""Examples to deduplication keys: who has the same prompt, and who gives the same answer to it.

Two prompts are the same when they differ in white space only, or in the system text: a question asked twice under two
roles is asked twice. Nothing else is folded: numbers, units, signs, the case
of symbols (mM and MM, Co and CO), isotopes and stereo marks carry meaning.

The keys are hashes of Polars, which are stable within one version only. They serve to bring equal texts together; who
survives is decided by position alone, so that no decision depends on the value of a hash, only on equality. The prompt
key has 128 bits (two seeds): among 100 million different prompts the odds that any two collide are 1.5e-23.
"""

from __future__ import annotations

import polars as pl

SEEDS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
TURN_END = "\x1e"  # between the turns of a conversation; no text holds this control character
BUCKET_BITS = 16

KEYS = pl.Schema(
    {
        "bucket": pl.UInt16,  # the top bits of `high`
        "high": pl.UInt64,
        "low": pl.UInt64,
        "answer": pl.UInt64,
        "form": pl.UInt32,  # what the answer says beside its values; answers of one form can contradict each other
        "values": pl.UInt64,  # what the answer asserts; of our own rows the answer itself
        "file": pl.UInt32,  # index into the files of the generate manifest
        "row": pl.UInt32,  # position in that file
    }
)

NUMBER = r"[-−+]?\d+(?:[.,]\d+)*(?:[eE][-+−]?\d+)?"
CLOSED = r"^(?:yes|no|true|false)$"  # answers that exclude each other without a number
# A number that can be wrong: it stands alone, perhaps with its unit. CYP2C9 and CYP2C19, 1- and 2-chloropropane, factor
# 8 and factor 9 are names, and two names may both be right. White space is doubled where this is looked for.
_STATED = (
    rf" ([(\['$€£~≈<>=≤≥±]*(?:[a-z]+[<>=≤≥≈])?)({NUMBER}(?:[-–—/x×:]?{NUMBER})*)"
    r"([a-zµμ%°‰]*(?:/[a-zµμ]+)*[)\]',.;:!?]*) "
)
_NAMED = r"\b(factor|vitamins?|interleukin|chromosome|types?|cyclin|protein|isoform|option|choice) +(\d)"

_UNEVEN = r"\s\s|^\s|\s$|[^\S ]"  # white space that is not one plain space between two words


def build_keys(rows: pl.DataFrame, file: int) -> pl.DataFrame:
    """EXAMPLE rows of one file (n) to KEYS (n), in the order of the rows."""
    high, low = hash_texts(join_shown(rows))
    return (
        key_answers(rows)
        .with_columns(high.alias("high"), low.alias("low"))
        .select(
            (pl.col("high") // 2 ** (64 - BUCKET_BITS)).cast(pl.UInt16).alias("bucket"),
            "high",
            "low",
            "answer",
            "form",
            "values",
            pl.lit(file, pl.UInt32).alias("file"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        )
    )


def join_shown(rows: pl.DataFrame) -> pl.Series:
    """EXAMPLE rows (n) to what tells them apart (n): what is asked; of texts that answer nothing the text itself.

    Where nothing is asked, nothing is answered differently: such texts are equal or they are not.
    """
    asked = join_turns(rows)
    if rows["template"].null_count() == 0:
        return asked
    return pl.DataFrame({"asked": asked.fill_null(""), "text": rows["response"].fill_null("")}).select(
        pl.when(pl.col("asked").str.strip_chars() == "")
        .then(pl.lit(TURN_END) + pl.col("text"))
        .otherwise("asked")
        .alias("shown")
    )["shown"]


def key_answers(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows (n) to what their answers are known by (n): `answer, form, values`.

    A row of our own has a canonical answer, and two different ones contradict each other. Free text has none: its whole
    response is the answer, and only responses that are equal but for the one number that they add to the prompt, or
    say yes and no, contradict each other. Two other responses to one prompt may both be right: of two numbers one may
    be the condition of the other, and option letters stand for options that the prompt may not hold. Numbers may be
    written in two ways.
    """
    free = rows["template"].is_null()
    own = pl.DataFrame({"answer": rows["answer"].hash(SEEDS[0])}).with_columns(
        pl.lit(0, pl.UInt32).alias("form"), pl.col("answer").alias("values")
    )
    if not free.any():
        return own
    texts = normalise_space(rows["response"].fill_null(""))
    bare = texts.str.to_lowercase().str.strip_chars(" .!\"'()")
    padded = " " + bare.str.replace_all(_NAMED, f"${{1}}{TURN_END}${{2}}").str.replace_all(" ", "  ") + " "
    stated = find_values(padded, join_turns(rows).fill_null("")).with_columns(
        text=texts, bare=bare, padded=padded, closed=bare.str.contains(CLOSED)
    )
    masked = pl.col("value").str.replace(_STATED, " ${1}#${3} ")
    stated = stated.select(
        pl.col("text").hash(SEEDS[0]).alias("answer"),
        pl.when("closed")
        .then(pl.lit(1, pl.UInt64))
        .when(pl.col("value").is_not_null())
        .then(pl.col("padded").str.split(pl.col("value")).list.join(masked).hash(SEEDS[0]) // 2**32)
        .otherwise(pl.col("text").hash(SEEDS[1]) // 2**32)
        .cast(pl.UInt32)
        .alias("form"),
        pl.when("closed")
        .then(pl.col("bare").replace({"true": "yes", "false": "no"}))
        .when(pl.col("value").is_not_null())
        .then(even_numbers(pl.col("value")))
        .otherwise("text")
        .hash(SEEDS[0])
        .alias("values"),
    )
    return pl.select(pl.when(free).then(stated[name]).otherwise(own[name]).alias(name) for name in own.columns)


def find_values(responses: pl.Series, prompts: pl.Series) -> pl.DataFrame:
    """Responses (n, white space doubled) and prompts (n) to the one number each response adds (n), null if not one.

    A number that the prompt has is what the answer is about, not what it says.
    """
    said = pl.DataFrame({"value": responses.str.extract_all(_STATED)}).with_row_index("row")
    said = said.explode("value", empty_as_null=False).with_columns(
        pl.col("value").str.extract(f"({NUMBER})").alias("n")
    )
    given = pl.DataFrame({"n": prompts.str.extract_all(NUMBER)}).with_row_index("row")
    added = said.join(given.explode("n", empty_as_null=False), on=("row", "n"), how="anti")
    one = added.group_by("row").agg(pl.col("value").first(), pl.len()).filter(pl.col("len") == 1)
    rows = pl.DataFrame({"value": responses}).with_row_index("row").select("row")
    return rows.join(one, on="row", how="left", maintain_order="left").select("value")


def even_numbers(numbers: pl.Expr) -> pl.Expr:
    """Numbers to the same in one way of writing: 1,000.50 and 1000.5, +5 and 5, − and - say the same."""
    even = numbers.str.replace_all("−", "-", literal=True).str.replace_all(r"([^\d])\+", "$1")
    even = even.str.replace_all(r"(\d),(\d{3})", "$1$2").str.replace_all(r"(\d),(\d{3})", "$1$2")
    return even.str.replace_all(r"(\.\d*?)0+(\D|$)", "$1$2").str.replace_all(r"(\d)\.(\D|$)", "$1$2")


def join_turns(rows: pl.DataFrame) -> pl.Series:
    """EXAMPLE rows (n) to what a model is asked (n): earlier turns and prompt in one string."""
    shown = [pl.col("prompt")]
    if rows["history"].null_count() < rows.height:
        turns = pl.col("history").list.eval(pl.element().struct.field("content")).list.join(TURN_END)
        shown.insert(0, (turns + TURN_END).fill_null(""))
    return rows.select(pl.concat_str(shown).alias("shown")).to_series()


def normalise_space(texts: pl.Series) -> pl.Series:
    """Texts (n) with each run of white space as one space, and none at the ends; nothing else changes."""
    return texts.str.replace_all(r"\s+", " ").str.strip_chars()


def hash_texts(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Texts (n) to two independent 64-bit hashes (n) of each, blind to white space.

    Most texts are even already once line breaks count as spaces; only the others pay for the full normalisation.
    """
    spaced = texts.str.replace_all("\n", " ", literal=True)
    uneven = spaced.str.contains(_UNEVEN)
    hashes = [spaced.hash(seed) for seed in SEEDS]
    if uneven.any():
        places = uneven.arg_true()
        mended = normalise_space(texts.filter(uneven))
        hashes = [values.scatter(places, mended.hash(seed)) for values, seed in zip(hashes, SEEDS, strict=True)]
    return hashes[0], hashes[1]
