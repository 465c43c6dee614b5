"""The sections of drug labels: one name each, their LOINC codes (SPL) and their keys (openFDA) in one table.

Source of the codes: FDA, "Section Headings (LOINC)" of Structured Product Labeling; of the keys: openFDA's drug label
fields. Where one name has several codes, they are the same section in older and newer rules, or general and specific.
"""

from __future__ import annotations

# name: LOINC codes; openFDA keys other than the name itself
_SECTIONS = {
    "boxed_warning": ("34066-1", ""),
    "recent_changes": ("43683-2", "recent_major_changes"),
    "indications": ("34067-9 50745-9", "indications_and_usage"),
    "dosage": ("34068-7 60562-6", "dosage_and_administration route"),
    "dosage_forms": ("43678-2", "dosage_forms_and_strengths"),
    "contraindications": ("34070-3", ""),
    "warnings": ("43685-7 34071-1 54433-8 50742-6 53412-3 60561-8", "warnings_and_cautions user_safety_warnings"),
    "precautions": ("42232-9 34072-9", "general_precautions"),
    "adverse_reactions": ("34084-4", ""),
    "interactions": ("34073-7", "drug_interactions"),
    "laboratory_interactions": ("34074-5", "drug_and_or_laboratory_test_interactions"),
    "laboratory_tests": ("34075-2", ""),
    "specific_populations": ("43684-0", "use_in_specific_populations"),
    "pregnancy": ("42228-7 53414-9", "pregnancy_or_breast_feeding"),
    "teratogenic_effects": ("34077-8", ""),
    "nonteratogenic_effects": ("34078-6", ""),
    "labor_and_delivery": ("34079-4", ""),
    "lactation": ("77290-5 34080-2", "nursing_mothers"),
    "reproductive_potential": ("77291-3", ""),
    "pediatric_use": ("34081-0", ""),
    "geriatric_use": ("34082-8", ""),
    "hepatic_impairment": ("88829-7", ""),
    "renal_impairment": ("88828-9", ""),
    "abuse_and_dependence": ("42227-9", "drug_abuse_and_dependence"),
    "controlled_substance": ("34085-1", ""),
    "abuse": ("34086-9", ""),
    "dependence": ("34087-7", ""),
    "overdosage": ("34088-5", ""),
    "description": ("34089-3", ""),
    "clinical_pharmacology": ("34090-1", ""),
    "mechanism_of_action": ("43679-0", ""),
    "pharmacodynamics": ("43681-6", ""),
    "pharmacokinetics": ("43682-4", ""),
    "pharmacogenomics": ("66106-6", ""),
    "microbiology": ("49489-8", ""),
    "immunogenicity": ("88830-5", ""),
    "nonclinical_toxicology": ("43680-8", ""),
    "carcinogenesis": ("34083-6", "carcinogenesis_and_mutagenesis_and_impairment_of_fertility"),
    "animal_pharmacology": ("34091-9", "animal_pharmacology_and_or_toxicology"),
    "clinical_studies": ("34092-7", ""),
    "references": ("34093-5", ""),
    "how_supplied": ("34069-5", ""),
    "storage": ("44425-7", "storage_and_handling"),
    "patient_information": ("34076-0 68498-5", "information_for_patients patient_medication_information"),
    "medication_guide": ("42231-1", "spl_medguide"),
    "patient_insert": ("42230-3", "spl_patient_package_insert"),
    "instructions": ("59845-8", "instructions_for_use"),
    "active_ingredient": ("55106-9", ""),
    "inactive_ingredient": ("51727-6", ""),
    "purpose": ("55105-1", ""),
    "do_not_use": ("50570-1", ""),
    "ask_doctor": ("50569-3", ""),
    "ask_doctor_or_pharmacist": ("50568-5", ""),
    "when_using": ("50567-7", ""),
    "stop_use": ("50566-9", ""),
    "keep_out_of_reach_of_children": ("50565-1", ""),
    "questions": ("53413-1", ""),
    "package_label": ("51945-4", "package_label_principal_display_panel"),
    "other": ("42229-5", "spl_unclassified_section"),
}
BY_CODE = {code: name for name, (codes, _) in _SECTIONS.items() for code in codes.split()}
BY_KEY = {key: name for name, (_, keys) in _SECTIONS.items() for key in [name, *keys.split()]}
OTHER = "other"
PRODUCT = "product"  # a section of ours: what the label says of the product in fields, as lines
PRODUCT_CODES = ("48780-1", "48779-3")
del BY_KEY["route"]  # of the product, though LOINC has a section of that name
