"""Beside room 1: dumps of public knowledge in (DrugBank, RxNorm, ChEMBL, PubChem, MeSH), rows of facts out."""
