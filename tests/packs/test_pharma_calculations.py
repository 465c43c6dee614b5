"""A third opinion on the calculations of the pharma pack: textbook formulas in plain Python, unrounded.

They read the numbers that a row states. Also whether each step of a worked answer closes from the values it shows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.load import load_pack
from apothecary.recipe import Recipe

KNOWLEDGE = Path(__file__).parent.parent / "golden" / "knowledge"
INTENTS = Path(__file__).parents[2] / "src" / "apothecary" / "packs" / "pharma" / "intents"
PACK = load_pack("pharma")
ROWS = 60
RELATIVE = 0.015  # steps are rounded to three digits, so that the end may be off by more than half of its last digit
LN2 = math.log(2)

Facts = Any  # the numbers of one row by name

VALENCE = {58.44: 1, 74.55: 1, 84.01: 1, 147.01: 2, 246.47: 2}
PARTICLES = {58.44: 2, 74.55: 2, 84.01: 2, 147.01: 3, 180.16: 1, 182.17: 1}
ANTOINE = {  # solvent constants B and C by A, mmHg and °C
    8.204: (1642.9, 230.3),
    8.081: (1582.3, 239.7),
    7.117: (1210.6, 229.7),
    8.071: (1730.6, 233.4),
    6.951: (1342.3, 219.2),
    7.102: (1245.0, 217.9),
    8.118: (1580.9, 219.6),
}


def _boil(f: Facts) -> float:
    """Clausius-Clapeyron: 1/T2 = 1/T1 + R ln(p1/p2) / ΔH."""
    inverse = 1 / (f.bp + 273.15) + 8.314 * math.log(101.3 / f.press) / (f.hvap * 1000)
    return 1 / inverse - 273.15


def _antoine(f: Facts) -> float:
    b, c = ANTOINE[f.ant_a]
    return float(10 ** (f.ant_a - b / (c + f.temp_c)))


def _bayes(f: Facts, *, positive: bool) -> float:
    sens, spec, prev = f.sens / 100, f.spec / 100, f.prev / 100
    if positive:
        return 100 * sens * prev / (sens * prev + (1 - spec) * (1 - prev))
    return 100 * spec * (1 - prev) / (spec * (1 - prev) + (1 - sens) * prev)


def _post_test(f: Facts) -> float:
    odds = f.pre / (100 - f.pre) * f.lr
    return 100 * odds / (1 + odds)


def _trapezoids(f: Facts) -> float:
    times, levels = [0, 2, 4, 8], [f.c0, f.c2, f.c4, f.c8]
    return sum((t - s) * (a + b) / 2 for s, t, a, b in zip(times, times[1:], levels, levels[1:], strict=False))


def _hansen(f: Facts) -> float:
    return math.sqrt(4 * (f.d1 - f.d2) ** 2 + (f.p1 - f.p2) ** 2 + (f.h1 - f.h2) ** 2)


def _theory(f: Facts) -> float:
    return min(f.mass_a / f.mw_a, f.mass_b / f.mw_b) * f.mw_p


def _clearance_liver(f: Facts) -> float:
    return float(f.flow * f.fu * f.clint / (f.flow + f.fu * f.clint))


def _arrhenius(f: Facts) -> float:
    return float(f.k1 / math.exp(f.ea * 1000 / 8.314 * (1 / 298.15 - 1 / (f.hot + 273.15))))


CASES: dict[str, Callable[[Facts], float]] = {
    # Solutions, strengths, electrolytes
    "alcohol_dilution": lambda f: f.weak * f.final_ml / f.strong,
    "alligation": lambda f: (f.target - f.weak) / (f.strong - f.weak) * f.total_ml,
    "alligation_medial": lambda f: (f.pct_a * f.vol_a + f.pct_b * f.vol_b) / (f.vol_a + f.vol_b),
    "ampoule_volume": lambda f: f.order_mg * f.amp_ml / f.amount_mg,
    "buffer_ratio": lambda f: 10**f.shift,
    "density_mass": lambda f: f.dens * f.vol_ml,
    "dmso_fraction": lambda f: f.final_um / f.stock_mm / 10,
    "hlb_blend": lambda f: (f.need - f.low) / (f.high - f.low) * f.total_g,
    "loss_on_drying": lambda f: f.loss / f.wet * 100,
    "salt_equivalent": lambda f: f.base_mg * (f.base_mw + f.acid_mw) / f.base_mw,
    "dilution": lambda f: f.target * f.final_ml / f.stock,
    "displacement_volume": lambda f: f.final_ml - f.disp,
    "isotonicity": lambda f: (0.9 - f.pct * f.e_value) * f.vol_ml / 100,
    "mass_from_meq": lambda f: f.meq * f.molar / VALENCE[f.molar],
    "meq_from_mass": lambda f: f.mass_mg * VALENCE[f.molar] / f.molar,
    "ointment_dilution": lambda f: f.mass_g * (f.strong / f.target - 1),
    "osmolarity_solution": lambda f: f.conc_gl / f.molar * 1000 * PARTICLES[f.molar],
    "percent_strength": lambda f: f.pct * f.vol_ml / 100,
    "percent_to_mg_per_ml": lambda f: f.pct * 10 * f.vol_ml,
    "percent_ww": lambda f: f.pct * f.total_g / 100,
    "ppm_mass": lambda f: f.found_ug / (f.sample_mg / 1000),
    "ratio_strength": lambda f: 1000 / f.ratio * f.vol_ml,
    "serial_dilution": lambda f: f.top / f.fold**f.steps,
    # Infusions, laboratory, body size
    "adjusted_calcium": lambda f: f.ca + 0.02 * (40 - f.alb),
    "anion_gap": lambda f: f.na - f.cl - f.bic,
    "body_mass_index": lambda f: f.weight_kg / (f.height_cm / 100) ** 2,
    "bsa_du_bois": lambda f: 0.007184 * f.weight_kg**0.425 * f.height_cm**0.725,
    "bsa_mosteller": lambda f: math.sqrt(f.height_cm * f.weight_kg / 3600),
    "celsius_fahrenheit": lambda f: 1.8 * f.celsius + 32,
    "cockcroft_gault": lambda f: (140 - f.age) * f.weight_kg / (72 * f.scr) * f.factor,
    "cockcroft_gault_si": lambda f: (140 - f.age) * f.weight_kg * f.factor / f.scr,
    "ideal_body_weight": lambda f: f.base_kg + 2.3 * (f.height_cm / 2.54 - 60),
    "infusion_duration": lambda f: f.left_ml / f.rate_mlh,
    "infusion_rate": lambda f: f.vol_ml / f.time_h / 60 * f.factor,
    "lab_mmol_conversion": lambda f: f.mgdl * 10 / f.molar,
    "lab_umol_conversion": lambda f: f.mgdl * 10_000 / f.molar,
    "pounds_to_kilograms": lambda f: f.pounds * 0.45359237,
    "pressure_conversion": lambda f: f.kpa / 0.133322,
    "pump_rate": lambda f: f.order_mgh * f.bag_ml / f.bag_mg,
    "renal_clearance": lambda f: f.urine_mm * 1000 * f.vol_ml / 1440 / f.plasma,
    "serum_osmolality": lambda f: f.extra,
    "supply_quantity": lambda f: math.ceil(math.ceil(f.each * f.times * f.days) / f.pack_size),
    "weight_based_rate": lambda f: f.order_ug * f.weight_kg * 0.06 * f.bag_ml / f.bag_mg,
    "winters_formula": lambda f: 1.5 * f.bic + 8,
    # Pharmacokinetics
    "accumulation_ratio": lambda f: 1 / (1 - 0.5 ** (f.tau_h / f.half_h)),
    "auc_extrapolated": lambda f: f.observed + f.last / f.slope_z,
    "auc_trapezoid": _trapezoids,
    "bioavailability": lambda f: f.auc_oral / f.dose_oral / (f.auc_iv / f.dose_iv) * 100,
    "clearance_from_auc": lambda f: f.dose_mg / f.auc,
    "clearance_from_half_life": lambda f: LN2 * f.v_l / f.half_h,
    "elimination_constant": lambda f: LN2 / f.half_h,
    "fraction_excreted": lambda f: f.pct_out / 100 * f.cl,
    "fraction_of_steady_state": lambda f: 100 * (1 - 0.5 ** (f.time_h / f.half_h)),
    "half_life": lambda f: LN2 * f.v_l / f.cl,
    "hepatic_extraction": _clearance_liver,
    "level_after_time": lambda f: f.start * 0.5 ** (f.time_h / f.half_h),
    "loading_dose": lambda f: f.v_l * f.goal / f.f_oral,
    "mean_steady_state": lambda f: f.f_oral * f.dose_mg / (f.cl * f.tau_h),
    "steady_state": lambda f: f.css * f.cl,
    "steady_state_load": lambda f: f.css * f.cl,
    "time_to_level": lambda f: f.half_h * math.log2(f.start / f.goal),
    "two_point_k": lambda f: math.log(f.c1 / f.c2) / f.gap_h,
    "unbound_level": lambda f: f.total * (1 - f.bound / 100),
    "volume_of_distribution": lambda f: f.dose_mg / f.c0,
    # Pharmacology and assays
    "beer_lambert": lambda f: f.absorb / f.eps / f.path * 1e6,
    "binding_free_energy": lambda f: 0.0019872 * 298.15 * math.log(f.kd * 1e-9),
    "cell_seeding": lambda f: f.per_well * f.wells / (f.count * 1e5),
    "cheng_prusoff": lambda f: f.ic50 / (1 + f.substrate / f.km),
    "colony_count": lambda f: math.log10(f.colonies / f.plated * 10**f.power),
    "encapsulation_efficiency": lambda f: 100 * (1 - f.free / f.added),
    "hill_response": lambda f: 100 * f.conc**f.slope / (f.ec50**f.slope + f.conc**f.slope),
    "ic50_from_pic50": lambda f: 10 ** (f.strong - f.weak),
    "ionised_acid": lambda f: 100 / (1 + 10**-f.shift),
    "ionised_base": lambda f: 100 / (1 + 10**f.shift),
    "logd_from_logp": lambda f: f.logp - math.log10(1 + 10 ** (f.ph - f.acid_pka)),
    "logd_of_base": lambda f: f.logp - math.log10(1 + 10 ** (f.base_pka - f.ph)),
    "michaelis_menten": lambda f: f.vmax * f.conc / (f.km + f.conc),
    "percent_inhibition": lambda f: 100 * (1 - (f.signal - f.low) / (f.high - f.low)),
    "pic50": lambda f: -math.log10(f.ic50 * 1e-9),
    "qpcr_fold_change": lambda f: 2 ** ((f.target_c - f.ref_c) - (f.target_t - f.ref_t)),
    "receptor_occupancy": lambda f: 100 / (1 + f.kd / f.conc),
    "schild_pa2": lambda f: f.pb + math.log10(f.ratio - 1),
    "selectivity_ratio": lambda f: f.off_nm / f.on_nm,
    "shake_flask_logp": lambda f: math.log10(f.octanol / f.water),
    "z_factor": lambda f: 1 - 3 * (f.sd_high + f.sd_low) / (f.high - f.low),
    # Evidence
    "likelihood_ratio": lambda f: f.sens / (100 - f.spec),
    "negative_predictive_value": lambda f: _bayes(f, positive=False),
    "nnh": lambda f: math.floor(round(100 / f.rise, 9)),
    "nnt": lambda f: math.ceil(round(100 / f.drop, 9)),
    "odds_ratio": lambda f: (f.case_exp / f.case_un) / (f.ctrl_exp / f.ctrl_un),
    "post_test_probability": _post_test,
    "predictive_value": lambda f: _bayes(f, positive=True),
    "relative_risk": lambda f: (f.ev_t / f.n_t) / (f.ev_c / f.n_c),
    "risk_reduction": lambda f: 100 * (1 - f.eer / f.cer),
    "specificity": lambda f: 100 * f.tn / (f.tn + f.fp),
    "sensitivity_specificity": lambda f: 100 * f.tp / (f.tp + f.fn),
    # Chemistry and stability
    "antoine_pressure": _antoine,
    "arrhenius_rate": _arrhenius,
    "atom_economy": lambda f: 100 * (f.mw_a + f.mw_b - f.loss) / (f.mw_a + f.mw_b),
    "boiling_under_vacuum": _boil,
    "centrifuge_rcf": lambda f: f.radius_mm / 1000 * (f.rpm * 2 * math.pi / 60) ** 2 / 9.80665,
    "chromatographic_resolution": lambda f: 1.18 * f.gap / (f.w1 + f.w2),
    "extraction_fraction": lambda f: 100 * (1 - (f.water_ml / (f.water_ml + f.dist * f.org_ml)) ** f.times),
    "hansen_distance": _hansen,
    "limiting_reagent": _theory,
    "percent_yield": lambda f: f.eff,
    "q10_shelf_life": lambda f: f.life * f.q10 ** ((f.cold - f.warm) / 10),
    "radioactive_decay": lambda f: f.start * math.exp(-LN2 * f.time_min / f.half_min),
    "shelf_life_first_order": lambda f: math.log(0.9) / math.log(1 - f.loss / 100) * f.months,
    "shelf_life_zero_order": lambda f: 0.1 * f.start / f.k0,
    "specific_rotation": lambda f: 100 * f.sign * f.alpha / f.path_dm / f.conc,
    # Real compounds
    "analysis_deviation": lambda f: abs(f.off),
    "binding_efficiency_index": lambda f: 1000 * f.pic50 / f.mw,
    "carbon_content": lambda f: 1201.1 * f.carbons / f.mw,
    "element_mass_in_sample": lambda f: f.mass_mg * 14.007 * f.nitrogens / f.mw,
    "general_solubility_equation": lambda f: 0.5 - 0.01 * (f.mp_c - 25) - f.crippen_logp,
    "hydrogen_content": lambda f: 100.8 * f.hydrogens / f.mw,
    "level_conversion": lambda f: f.level * f.mw / 1000,
    "level_to_molar": lambda f: f.level / f.mw * 1000,
    "ligand_efficiency": lambda f: 1.37 * f.pic50 / f.heavy_atoms,
    "lipophilic_efficiency": lambda f: f.pic50 - f.crippen_logp,
    "mass_error_ppm": lambda f: f.diff / (f.exact_mass + 1.00728) * 1e6,
    "mass_from_moles": lambda f: f.mmol * f.mw,
    "melting_point_kelvin": lambda f: math.floor(f.mp_c + 0.5) * 1.8 + 32,
    "mg_per_ml_to_molar": lambda f: f.conc_mg / f.mw * 1000,
    "molar_mass_from_formula": lambda f: f.mw,
    "molarity_from_mass": lambda f: f.mass_mg / f.mw / f.vol_ml * 1000,
    "molecules_in_mass": lambda f: f.mass_mg / 1000 / f.mw * 6022,
    "moles_from_mass": lambda f: f.mass_mg / f.mw,
    "mz_protonated": lambda f: f.exact_mass + 1.00728,
    "nitrogen_content": lambda f: 1400.7 * f.nitrogens / f.mw,
    "oxygen_content": lambda f: 1599.9 * f.oxygens / f.mw,
    "pic50_for_le": lambda f: f.le * f.heavy_atoms / 1.37,
    "solution_mass": lambda f: f.conc_mm * f.vol_ml / 1000 * f.mw,
    "stock_volume": lambda f: f.mass_mg / f.mw / f.conc_mm * 1000,
    "sulfur_content": lambda f: 3206 * f.sulfurs / f.mw,
    "surface_efficiency_index": lambda f: 100 * f.pic50 / f.tpsa,
    "vapour_mg_per_m3": lambda f: f.ppm * f.mw / 24.45,
    "well_mass": lambda f: f.conc_um * f.vol_ul * f.mw / 1000,
}
TEXTS = ("chn_analysis", "empirical_formula")  # answers that are no single number
APPROVED = ("level_conversion", "level_to_molar")  # drawn by year of approval, which the knowledge here leaves out
CALCULATIONS = sorted(intent.intent for intent in PACK.intents if intent.topic == "calculation")


@pytest.fixture(scope="module")
def rows() -> dict[str, pl.DataFrame]:
    """Some rows of every template of the calculations, over fifty well-known drugs."""
    recipe = Recipe(name="sums", pack="pharma", rows=1000, seed=9, splits={"validation": 0.0, "test": 0.0})
    bench = Workbench(recipe, PACK, KNOWLEDGE, CALCULATIONS)
    return {
        plan.intent.intent: bench.render_spans(Span(s, 0, min(s.capacity, ROWS)) for s in plan.strata())
        for plan in bench.plans
    }


def _read_facts(row: dict[str, Any]) -> Facts:
    """The numbers of a row: what the question gives, and the fields of its compound."""
    numbers = {}
    for fact in row["facts"]:
        try:
            numbers[fact["field"]] = float(fact["value"])
        except ValueError:
            continue
    return SimpleNamespace(**numbers)


def _last_digit(text: str) -> float:
    """The unit of the last digit shown; zeros at the end of a whole number may stand for digits not shown."""
    if "." in text:
        return float(10.0 ** -len(text.partition(".")[2]))
    digits = text.lstrip("-")
    return float(10.0 ** min(len(digits) - len(digits.rstrip("0")), max(len(digits) - 2, 0)))


def test_every_calculation_has_a_formula_of_its_own_here() -> None:
    assert set(CALCULATIONS) - {*CASES, *TEXTS} == set()


@pytest.mark.parametrize("name", sorted(CASES))
def test_answers_follow_from_the_textbook_formula(name: str, rows: dict[str, pl.DataFrame]) -> None:
    assert rows[name].height or name in APPROVED
    for row in rows[name].iter_rows(named=True):
        expected = CASES[name](_read_facts(row))
        unit = _last_digit(row["answer"])
        assert math.isclose(float(row["answer"]), expected, rel_tol=RELATIVE, abs_tol=unit), row["prompt"]


def test_worked_by_hand() -> None:
    """One case each, done on paper, so that the formulas above are not only compared with themselves."""
    by_hand = {
        "half_life": ({"v_l": 42, "cl": 3.5}, 8.32),
        "cheng_prusoff": ({"ic50": 120, "substrate": 10, "km": 5}, 40.0),
        "alligation": ({"strong": 70, "weak": 30, "target": 45, "total_ml": 1000}, 375.0),
        "cockcroft_gault": ({"age": 70, "weight_kg": 72, "scr": 1.0, "factor": 0.85}, 59.5),
        "bsa_mosteller": ({"height_cm": 180, "weight_kg": 80}, 2.0),
        "predictive_value": ({"sens": 90, "spec": 90, "prev": 10}, 50.0),
        "post_test_probability": ({"pre": 50, "lr": 4}, 80.0),
        "schild_pa2": ({"pb": 7, "ratio": 11}, 8.0),
        "hill_response": ({"ec50": 50, "conc": 50, "slope": 1.8}, 50.0),
        "logd_from_logp": ({"logp": 3.0, "ph": 7.4, "acid_pka": 7.4}, 2.699),
        "antoine_pressure": ({"ant_a": 8.071, "temp_c": 25.0}, 23.7),
        "centrifuge_rcf": ({"rpm": 10000, "radius_mm": 100}, 11180),
        "z_factor": ({"high": 1000, "low": 0, "sd_high": 50, "sd_low": 50}, 0.7),
        "isotonicity": ({"vol_ml": 100, "pct": 1, "e_value": 0.2}, 0.7),
        "radioactive_decay": ({"start": 400, "time_min": 109.8, "half_min": 109.8}, 200.0),
    }
    for name, (given, expected) in by_hand.items():
        assert CASES[name](SimpleNamespace(**given)) == pytest.approx(expected, rel=0.003), name


_UNITS = re.compile(
    r"(?<=[\d)])\s?(?:% mL|mosmol/k?[gL]|kcal/mol per heavy atom|kcal/mol|µg/kg/min|mg/mL per month|L/\(mol·cm\)|"
    r"g/100 mL|MPa\^½|mg·h/L|cm·kg|drops/(?:mL|min)|(?:min/h)|[kmµnp]?(?:mol|g|L|M)/(?:[kmµd]?[gLh]|mol|min|m³|mL)|"
    r"J/mol|kJ/mol|[mµn]?L/(?:h|min)|per (?:hour|month|kDa)|months|mmHg|kPa|kDa|Da|MBq|rpm|dm|cm|mm|m²|Å²|years|"
    r"drops|mEq|ppm|lb|in|[kmµnp]?mol|[kmµn]?g|[mµd]?L|nM|µM|min|h|m|K|°C|°F|%|× g)(?![\w(])"
)


def _evaluate(text: str) -> float:
    plain = _UNITS.sub("", text)
    for sign, python in (("×", "*"), ("−", "-"), ("^", "**"), ("√", "sqrt"), ("ln(", "log(")):
        plain = plain.replace(sign, python)
    assert re.fullmatch(r"[\d\s.+\-*/()]*(?:(?:sqrt|log10|log|exp)\([\d\s.+\-*/()]*)*", plain), text
    functions = {"sqrt": math.sqrt, "log": math.log, "log10": math.log10, "exp": math.exp}
    return float(eval(plain, {"__builtins__": {}}, functions))


PER_CENT = ("predictive_value", "negative_predictive_value")  # a share of people: `2000 × 79 %` means 79 hundredths


@pytest.mark.parametrize("name", [name for name in CALCULATIONS if name not in PER_CENT])
def test_steps_close_from_the_values_they_show(name: str, rows: dict[str, pl.DataFrame]) -> None:
    for steps in rows[name]["reasoning"].drop_nulls().to_list():
        for step in steps:
            sum_ = re.sub(r"^[^=]*?: ", "", step)
            if " = " not in sum_:
                continue
            left, right = sum_.split(" = ")[-2:]
            shown = re.match(r"-?\d+(?:\.\d+)?", right)
            assert shown, step
            half = _last_digit(shown[0]) / 2
            assert abs(_evaluate(left) - float(shown[0])) <= half * 1.0001, step


@pytest.mark.parametrize("name", CALCULATIONS)
def test_each_calculation_has_forms_replies_and_its_formula(name: str) -> None:
    intent = PACK.by_name[name]
    assert len(intent.templates) >= 2
    assert all(len(template.ask) >= 4 and len(template.reply) >= 4 for template in intent.templates)
    assert intent.reasoning or name == "molar_mass_from_formula"
    assert "\n# Source: " in (INTENTS / f"{name}.yaml").read_text()
